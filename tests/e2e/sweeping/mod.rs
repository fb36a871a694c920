//! `retape sweep`: every way in which an answer can break, and what a client makes of it.

mod client;
mod findings;
mod keeping;

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::support::{Ended, Retape, text_of};

/// What came of each id, in one word.
type Outcomes = BTreeMap<String, String>;

/// A cassette with the answers that the clients expect.
fn cassette(retape: &Retape) {
    let [text, json] = client::PATHS;
    let exchange = |path: &str, kind: &str, body: &str| {
        let sum = client::sum(path, body.as_bytes());
        format!(
            "  - request: GET {path}\n    response: |-\n      HTTP/1.1 200 OK\n      Content-Type: {kind}\n      \
             X-Sum: {sum}\n      Content-Length: {}\n\n      {body}\n",
            body.len()
        )
    };
    let yaml = format!(
        "retape: 1\nexchanges:\n{}{}",
        exchange(text, "text/plain", "Be careful with what you are told. "),
        exchange(json, "application/json", r#"{"id":7,"name":"Ada"}"#),
    );
    retape.write("a.yaml", &yaml);
}

/// The command line of a client.
fn client(role: &str) -> Vec<String> {
    let binary = std::env::current_exe().unwrap().display().to_string();
    let role = format!("{}={role}", client::ROLE);
    let test = "sweeping::client::act_as_a_client";
    ["env", &role, &binary, test, "--exact", "--nocapture"].map(str::to_owned).to_vec()
}

fn sweep(retape: &Retape, options: &[&str], client: &[String]) -> Command {
    let words = ["sweep", "a.yaml", "--report", "json=report.json"]
        .into_iter()
        .chain(options.iter().copied());
    retape.command(words.chain(["--"]).chain(client.iter().map(String::as_str)))
}

/// Sweeps, and gives the outcomes of all ids.
fn swept(retape: &Retape, options: &[&str], client: &[String]) -> (Ended, Outcomes) {
    let output = sweep(retape, options, client).output().unwrap();
    let ended = Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    let outcomes = outcomes(retape);
    (ended, outcomes)
}

fn report(retape: &Retape) -> Value {
    serde_json::from_str(&text_of(&retape.path("report.json"))).unwrap()
}

fn outcomes(retape: &Retape) -> Outcomes {
    let report = report(retape);
    let text = |value: &Value, name| value.get(name).and_then(Value::as_str).unwrap().to_owned();
    let results = report.get("results").and_then(Value::as_array).unwrap().iter();
    results.map(|result| (text(result, "id"), text(result, "outcome"))).collect()
}
