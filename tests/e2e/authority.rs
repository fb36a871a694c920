//! `retape ca` and `retape env`: whom clients have to trust, and how they are told.

use std::fs;
use std::process::Command;

use crate::support::{Ended, Retape};

fn ca(retape: &Retape, args: &[&str]) -> Ended {
    let home = retape.path("ca");
    let named = ["--ca", home.to_str().unwrap()];
    retape.run(["ca"].iter().chain(args).chain(&named))
}

#[test]
fn an_authority_is_made_shown_exported_and_rotated() {
    let retape = Retape::new();
    let made = ca(&retape, &["create"]);
    assert_eq!((made.code, made.stderr.as_str()), (Some(0), ""));
    let shown = ca(&retape, &["show"]);
    assert_eq!(shown.stdout, made.stdout);
    assert_eq!(
        ca(&retape, &["export"]).stdout,
        fs::read_to_string(retape.path("ca/ca.pem")).unwrap()
    );
    assert_ne!(ca(&retape, &["rotate"]).stdout, made.stdout);
    let json = ca(&retape, &["show", "--format", "json"]);
    let facts: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(facts["sha256"].as_str().unwrap().len(), 32 * 3 - 1);
}

#[test]
fn an_authority_is_never_replaced_by_accident() {
    let retape = Retape::new();
    let made = ca(&retape, &["create"]);
    let again = ca(&retape, &["create"]);
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("exists already") && again.stderr.contains("retape ca rotate"));
    assert_eq!(ca(&retape, &["show"]).stdout, made.stdout);
}

#[test]
fn without_an_authority_there_is_nothing_to_show_but_a_hint() {
    let shown = ca(&Retape::new(), &["show"]);
    assert_eq!(shown.code, Some(3));
    assert!(shown.stderr.contains("retape ca create"));
}

#[test]
fn a_shell_learns_proxy_and_certificates() {
    let retape = Retape::new();
    let home = retape.path("it's a ca");
    let args = ["env", "--proxy", "http://127.0.0.1:9", "--ca", home.to_str().unwrap()];
    let script = retape.run(args).stdout;
    let check = "echo $https_proxy \"[$NO_PROXY]\"; cmp \"$RETAPE_CA\" \"$NODE_EXTRA_CA_CERTS\"; \
                 tail -n 1 \"$SSL_CERT_FILE\"; cat \"$RETAPE_CA\"";
    let told = told_by(Command::new("sh").arg("-c").arg(format!("{script}\n{check}")));
    let certificate = fs::read_to_string(home.join("ca.pem")).unwrap();
    let expected = "http://127.0.0.1:9 []\n-----END CERTIFICATE-----\n".to_owned() + &certificate;
    assert_eq!(told, expected);
}

fn told_by(command: &mut Command) -> String {
    let output = command.output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
