// What most scripts do: get a document, take something out of it.
const answer = await fetch(`${process.env.RETAPE_URL}/user.json`);
console.log((await answer.json()).name);
