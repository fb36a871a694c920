const answer = await fetch(process.env.RETAPE_URL + "/file", { method: "PUT", body: "x".repeat(4_000_000) });
if (!answer.ok) throw new Error(`status ${answer.status}`);
console.log(await answer.text());
