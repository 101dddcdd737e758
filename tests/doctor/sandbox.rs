//! What a fresh sandbox lacks so that everything of it can be read: a stored file. Not here: the sandbox itself.

use serde_json::Value;
use tallyfy_sandbox::{Sandbox, seed};
use tallyfy_sdk::reqwest;

/// Stores a small file with the seed's template and returns its id.
///
/// # Errors
/// When the sandbox does not take it.
pub async fn store_file(sandbox: &Sandbox) -> Result<String, Box<dyn std::error::Error>> {
    let mut body = String::new();
    for (name, value) in
        [("uploaded_from", "doctor"), ("subject_type", "Checklist"), ("subject_id", seed::TEMPLATE)]
    {
        body += &format!("--b0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--b0\r\nContent-Disposition: form-data; name=\"name\"; filename=\"a.txt\"\r\n\r\nplain\r\n--b0--\r\n";
    let url = format!("{}/organizations/{}/file", sandbox.base_url(), sandbox.organization());
    // The sandbox is on this machine, and takes no request of anybody else.
    let answer = reqwest::Client::builder()
        .no_proxy()
        .build()?
        .post(url)
        .bearer_auth(sandbox.token())
        .header("Accept", "application/json")
        .header("X-Tallyfy-Client", "APIClient")
        .header("Content-Type", "multipart/form-data; boundary=b0")
        .body(body)
        .send()
        .await?
        .error_for_status()?;
    let stored: Value = serde_json::from_slice(&answer.bytes().await?)?;
    Ok(stored["data"]["id"].as_str().ok_or("the sandbox stored a file without an id")?.to_owned())
}
