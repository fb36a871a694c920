//! The examples under `docs/ci/` do what they say: their scripts are run, by the shells that would run them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use granit_parser::{Event, Parser};

use crate::support::{Ended, Retape};

/// One answer, small enough to be broken everywhere in a moment.
const CASSETTE: &str = "\
retape: 1
exchanges:
  - request: GET /users
    response: |
      HTTP/1.1 200 OK
      Content-Type: text/plain

      Ada, Bob
";

/// Prints whatever it gets, and is content with it.
const NAIVE_CLIENT: &str = r#"#!/bin/bash
exec 3<>"/dev/tcp/$RETAPE_HOST/$RETAPE_PORT"
printf 'GET /users HTTP/1.1\r\nHost: %s:%s\r\n\r\n' "$RETAPE_HOST" "$RETAPE_PORT" >&3
IFS= read -r -d '' -t 0.2 -u 3 answer
printf '%s' "${answer##*$'\n'}"
"#;

/// All scripts in a YAML file that call retape, in order.
fn scripts(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci").join(name);
    let yaml = fs::read_to_string(path).unwrap();
    let events = Parser::new_from_str(&yaml).map(|event| event.unwrap().0);
    let scalars = events.filter_map(|event| match event {
        Event::Scalar(text, ..) => Some(text.into_owned()),
        _ => None,
    });
    let calls = |line: &str| line.starts_with("retape ") || line.starts_with("exec retape ");
    scalars.filter(|text| text.lines().any(calls)).collect()
}

/// A project with a cassette and a client; `retape` is found as an installed program is.
fn project() -> Retape {
    let retape = Retape::new();
    for directory in ["bin", "tests", "reports"] {
        fs::create_dir(retape.path(directory)).unwrap();
    }
    retape.write("tests/api.yaml", CASSETTE);
    let converted = retape.run(["convert", "tests/api.yaml", "tests/api.cassette"]);
    assert_eq!(converted.code, Some(0), "{converted:?}");
    retape.write("tests/retape-baseline.toml", "# nothing is accepted\n");
    let client = retape.write("client", NAIVE_CLIENT);
    fs::set_permissions(client, fs::Permissions::from_mode(0o755)).unwrap();
    let program = assert_cmd::cargo::cargo_bin!("retape");
    std::os::unix::fs::symlink(program, retape.path("bin/retape")).unwrap();
    retape
}

/// Runs a step in the project, with a small plan.
fn run(retape: &Retape, shell: &str, script: &str) -> Ended {
    retape.write("step", &script.replace("api.cassette", "api.cassette --plan quick"));
    retape.run_script(&format!("export PATH=$PWD/bin:$PATH; exec {shell} step"))
}

fn succeeded(ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// The last two steps: findings are found, and accepted.
fn judged(retape: &Retape, check: impl Fn() -> Ended, report: &str, baseline: &str) {
    let ended = check();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("fooled close at "), "{}", ended.stdout);
    succeeded(&retape.run(["report", "baseline", report, "-o", baseline]));
    succeeded(&check());
}

#[test]
fn the_matrix_of_github_actions_sweeps_joins_and_judges() {
    let retape = project();
    let scripts = scripts("github-actions.yml");
    let [sweep, merge, check] = scripts.as_slice() else { panic!("{scripts:#?}") };
    let bash = "bash -e -o pipefail";
    for part in ["1", "2", "3", "4"] {
        let sweep = sweep.replace("${{ matrix.i }}", part).replace("${{ matrix.n }}", "4");
        succeeded(&run(&retape, bash, &sweep));
    }
    succeeded(&run(&retape, bash, merge));
    let check = || run(&retape, bash, check);
    judged(&retape, check, "sweep.json", "tests/retape-baseline.toml");
    assert!(retape.path("sweep.html").exists() && retape.path("sweep.xml").exists());
}

#[test]
fn the_indexed_job_of_kubernetes_sweeps_joins_and_judges() {
    let retape = project();
    let scripts = scripts("kubernetes-indexed-job.yaml");
    let [sweep, findings] = scripts.as_slice() else { panic!("{scripts:#?}") };
    // What the pods have mounted.
    let here = |script: &str| {
        let script = script.replace("/usr/local/bin/client", "./client");
        script.replace("/reports/", "reports/").replace("/tests/", "tests/")
    };
    for index in 0..8 {
        let shell = format!("env SHARDS=8 JOB_COMPLETION_INDEX={index} /bin/sh -eu");
        succeeded(&run(&retape, &shell, &here(sweep)));
    }
    let check = || run(&retape, "/bin/sh -eu", &here(findings));
    judged(&retape, check, "reports/sweep.json", "tests/retape-baseline.toml");
    assert!(retape.path("reports/sweep.html").exists());
}
