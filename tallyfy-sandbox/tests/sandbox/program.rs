//! The program's flags for bad days: limits, faults, tokens.
//!
//! Not here: the words of fault scripts (`faults::words`), the rows of a seed (`planned`).

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tallyfy_sandbox::seed;

pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tallyfy-sandbox"))
}

/// A running program, ended with the test, and its address.
pub struct Running(Child, pub String);

impl Running {
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = program().args(arguments).stdout(Stdio::piped()).spawn().expect("the program");
        let out = child.stdout.take().expect("its output");
        let mut running = Self(child, String::new());
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).expect("a line");
        let started: Value = serde_json::from_str(&line).expect("JSON");
        running.1 = started["base_url"].as_str().expect("an address").to_owned();
        running
    }

    async fn me(&self) -> reqwest::Response {
        let request = crate::http().get(format!("{}/me", self.1)).bearer_auth(seed::ADMIN_TOKEN);
        let request = request.header("Accept", "application/json").header("X-Tallyfy-Client", "APIClient");
        request.send().await.expect("an answer")
    }

    async fn token(&self, pairs: &[(&str, &str)]) -> Value {
        let body = pairs.iter().map(|(key, value)| format!("{key}={}", value.replace('@', "%40")));
        let request =
            crate::http().post(format!("{}/oauth/token", self.1)).header("Accept", "application/json");
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let answer = request.body(body.collect::<Vec<_>>().join("&")).send().await.expect("an answer");
        serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// As `docker stop` does. The first process of a container ignores the signal unless it handles it, so ending by the
/// signal itself is not enough.
#[cfg(unix)]
#[test]
fn the_signal_that_stops_containers_ends_the_program_in_good_order() {
    for signal in ["TERM", "INT"] {
        let mut running = Running::start(&[]);
        let sent = Command::new("kill").args(["-s", signal, &running.0.id().to_string()]).status();
        assert!(sent.expect("kill").success());
        let ended = running.0.wait().expect("it ends");
        assert_eq!(ended.code(), Some(0), "{signal}: {ended}");
    }
}

#[test]
fn a_program_that_listens_everywhere_prints_an_address_that_can_be_called() {
    let mut child = program()
        .args(["--bind", "0.0.0.0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let (out, mut err) = (child.stdout.take().expect("stdout"), child.stderr.take().expect("stderr"));
    let running = Running(child, String::new());
    let (mut line, mut hint) = (String::new(), String::new());
    BufReader::new(out).read_line(&mut line).expect("a line");
    drop(running);
    err.read_to_string(&mut hint).expect("text");
    let started: Value = serde_json::from_str(&line).expect("JSON");
    let url = started["base_url"].as_str().expect("an address");
    let port = url.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix("/api"));
    let port = port.unwrap_or_else(|| panic!("{url}"));
    assert_eq!(started["environment"]["TALLYFY_BASE_URL"], url);
    assert_eq!(started["environment"]["TALLYFY_API_TOKEN"], started["token"]);
    assert_eq!(started["environment"]["TALLYFY_ORG_ID"], started["organization"]);
    for part in [format!("TALLYFY_BASE_URL=http://HOST:{port}/api"), "TALLYFY_INSECURE_HTTP=HOST".to_owned()]
    {
        assert!(hint.contains(&part), "{hint}");
    }
}

#[tokio::test]
async fn flags_order_limits_and_faults_on_top_of_the_seed() {
    let file = std::env::temp_dir().join(format!("tallyfy-sandbox-limits-{}.yaml", std::process::id()));
    std::fs::write(
        &file,
        "limits: {requests_per_minute: 1, retry_after: date}\nfaults: ['get_me:html=502:times=1']\n",
    )
    .expect("a file");
    let seed = file.to_str().expect("a name");
    let running =
        Running::start(&["--seed", seed, "--rate-limit", "2", "--fault", "get_me:status=503:skip=1:times=1"]);
    std::fs::remove_file(&file).expect("the file");
    // Faults take nothing of the limit.
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(running.me().await.status().as_u16());
    }
    assert_eq!(statuses, [502, 503, 200, 200, 429]);
    let refused = running.me().await;
    assert!(refused.headers()["retry-after"].to_str().expect("text").ends_with(" GMT"));
}

#[tokio::test]
async fn flags_set_lives_of_tokens() {
    let running = Running::start(&["--token-seconds", "20", "--no-rotation"]);
    let client = [("client_id", seed::CLIENT_ID), ("client_secret", seed::CLIENT_SECRET)];
    let ben = [("grant_type", "password"), ("username", "ben@northwind.test"), ("password", seed::PASSWORD)];
    let pair = running.token(&[client.as_slice(), &ben].concat()).await;
    assert_eq!(pair["expires_in"], 20);
    let refresh = pair["refresh_token"].as_str().expect("a refresh token");
    let again = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let next = running.token(&[client.as_slice(), &again].concat()).await;
    assert_eq!((next["expires_in"].as_i64(), next.get("refresh_token")), (Some(20), None));
}

#[test]
fn mistakes_end_the_program_and_are_told_with_their_place() {
    let file = std::env::temp_dir().join(format!("tallyfy-sandbox-mistake-{}.yaml", std::process::id()));
    let seed = file.to_str().expect("a name");
    for (content, flags, expected) in [
        ("", ["--fault", "launch:truncated"], "the document has no operation launch"),
        ("", ["--rate-limit", "many"], "invalid value 'many' for '--rate-limit <NUMBER>'"),
        (
            "faults: ['any:truncated', 'any:explode']",
            ["--seed", seed],
            "seed, faults[1]: there is no fault explode",
        ),
        ("limits:\n  requests: 7", ["--seed", seed], "limits: unknown field `requests`"),
        ("tokens:\n  rotation: maybe", ["--seed", seed], "tokens.rotation: invalid type"),
    ] {
        std::fs::write(&file, content).expect("a file");
        let output = program().args(flags).output().expect("the program");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(expected), "{flags:?} {content}: {said}");
    }
    std::fs::remove_file(&file).expect("the file");
}
