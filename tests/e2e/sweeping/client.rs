//! Two small clients: one that believes all it is told, and one that checks. They are this very test binary, run again.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Which client the binary is to be.
pub(super) const ROLE: &str = "RETAPE_TEST_CLIENT";

/// How long the careful one waits for a byte.
const PATIENCE: Duration = Duration::from_millis(200);

/// How often the careful one asks.
const ATTEMPTS: usize = 3;

/// What both ask for: a text, then JSON.
pub(super) const PATHS: [&str; 2] = ["/motd", "/users/7"];

/// Not a test: what the sweeps of the tests run. It leaves before the harness says a word.
#[test]
fn act_as_a_client() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let authority = std::env::var("RETAPE_URL").unwrap().replace("http://", "");
    let said = match role.as_str() {
        "naive" => Ok(naive(&authority)),
        _ => careful(&authority),
    };
    let code = match said {
        Ok(said) => {
            println!("{said}");
            0
        }
        Err(why) => {
            eprintln!("client: {why}");
            1
        }
    };
    io::stdout().flush().unwrap();
    std::process::exit(code);
}

/// Takes what comes: no status, no length, no time-out, and JSON by its places.
fn naive(authority: &str) -> String {
    let [text, json] = PATHS.map(|path| {
        let mut answer = Vec::new();
        let mut stream = TcpStream::connect(authority).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n")
            .unwrap();
        // A connection that breaks off has said all that it had to say.
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        answer.split_once("\r\n\r\n").map_or(String::new(), |(_, body)| body.to_owned())
    });
    let name = &json[json.find("\"name\":\"").unwrap() + 8..];
    format!("{text}{}", &name[..name.find('"').unwrap()])
}

/// Takes what is whole and right, and asks again for what is not.
fn careful(authority: &str) -> Result<String, String> {
    let text = ask(authority, PATHS[0])?;
    let json = ask(authority, PATHS[1])?;
    let user: serde_json::Value = serde_json::from_str(&json).map_err(|error| error.to_string())?;
    if user.get("id") != Some(&7.into()) {
        return Err(format!("not the user that was asked for: {user}"));
    }
    let name = user
        .get("name")
        .and_then(serde_json::Value::as_str)
        .ok_or_else(|| format!("no name: {user}"))?;
    Ok(format!("{text}{name}"))
}

fn ask(authority: &str, path: &str) -> Result<String, String> {
    let mut result = Err(String::new());
    for _ in 0..ATTEMPTS {
        result = ask_once(authority, path).map_err(|error| format!("{path}: {error}"));
        if result.is_ok() {
            break;
        }
    }
    result
}

fn ask_once(authority: &str, path: &str) -> io::Result<String> {
    let wrong = |why: &str| io::Error::other(why.to_owned());
    let stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(&stream, "GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n")?;
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if reader.read_until(b'\n', &mut head)? == 0 || head.len() > 64 * 1024 {
            return Err(wrong("the head is cut short"));
        }
    }
    let head = String::from_utf8(head).map_err(|_| wrong("the head is no text"))?;
    let mut lines = head.split("\r\n");
    if lines.next() != Some("HTTP/1.1 200 OK") {
        return Err(wrong("no success"));
    }
    let fields: Vec<_> = lines.filter_map(|line| line.split_once(": ")).collect();
    let only = |name: &str| {
        let mut found = fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name));
        found.next().filter(|_| found.next().is_none()).map(|(_, value)| *value)
    };
    let length: usize =
        only("content-length").and_then(|it| it.parse().ok()).ok_or_else(|| wrong("no length"))?;
    if only("transfer-encoding").or(only("content-encoding")).is_some() || length > 1 << 20 {
        return Err(wrong("coded"));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if only("x-sum") != Some(&sum(path, &body)) {
        return Err(wrong("the sum is not that of the body"));
    }
    String::from_utf8(body).map_err(|_| wrong("the body is no text"))
}

/// Tells a body from any other, and from that of another path (FNV-1a).
pub(super) fn sum(path: &str, body: &[u8]) -> String {
    let bytes = path.bytes().chain(body.iter().copied());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
