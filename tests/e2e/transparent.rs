//! Connections that the system leads to the recorder, in a network namespace of their own. Needs root, `ip`,
//! `iptables`, `setpriv`, `python3` and `curl`; where one is missing, the test says so and passes.

use std::process::{Child, Command, Stdio};

use crate::support::{Retape, wait_for};

/// Whose connections are led away: the recorder's own are not, or they would come back to it for ever.
const NOBODY: &str = "65534";

#[test]
fn a_client_that_meant_the_server_itself_is_recorded() {
    let Some(network) = Network::new() else {
        eprintln!("SKIPPED: transparent recording needs root and network namespaces");
        return;
    };
    let retape = Retape::new();
    let origin = network.spawn(&["python3", "-m", "http.server", "--bind", "127.0.0.1", "8000"]);
    let ask = ["curl", "-sS", "-o", "/dev/null", "http://127.0.0.1:8000/"];
    wait_for("the server", || network.run(&ask));
    let at = assert_cmd::cargo::cargo_bin!("retape");
    let (at, inside) = (at.display(), &network.name);
    let recording = retape.serve_script(&format!(
        "exec ip netns exec {inside} {at} record --transparent --ca ca --listen 127.0.0.1:9000 -o a.cassette"
    ));
    let lead = "iptables -t nat -A OUTPUT -p tcp --dport 8000 -m owner --uid-owner 65534 -j REDIRECT --to-ports 9000";
    assert!(network.run(&lead.split(' ').collect::<Vec<_>>()));
    let by_nobody = ["setpriv", "--reuid", NOBODY, "--clear-groups"];
    assert!(network.run(&[&by_nobody[..], &ask].concat()));
    assert_eq!(recording.stop().code, Some(0));
    drop(origin);
    let shown = retape.run(["show", "a.cassette", "--format", "json"]);
    assert!(shown.stdout.contains("http://127.0.0.1:8000"), "{shown:?}");
}

/// A network without a way out.
struct Network {
    name: String,
}

impl Network {
    fn new() -> Option<Self> {
        let name = format!("retape-{}", std::process::id());
        let made = quiet(Command::new("ip").args(["netns", "add", &name]));
        let network = made.then_some(Self { name })?;
        let tools = [
            "ip link set lo up",
            "iptables -t nat -L -n",
            "setpriv --version",
            "python3 -V",
            "curl -V",
        ];
        let all = tools.iter().all(|tool| network.run(&tool.split(' ').collect::<Vec<_>>()));
        all.then_some(network)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).args(words);
        command
    }

    fn run(&self, words: &[&str]) -> bool {
        quiet(&mut self.command(words))
    }

    fn spawn(&self, words: &[&str]) -> Running {
        let mut command = self.command(words);
        Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        quiet(Command::new("ip").args(["netns", "del", &self.name]));
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn quiet(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
