//! What a fresh sandbox lacks so that everything of it can be read: a stored file. Not here: the sandbox itself.

use std::io;

use serde_json::Value;
use tallyfy_sandbox::{Sandbox, seed};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Stores a small file with the seed's template and returns its id.
///
/// # Errors
/// When the sandbox does not take it.
pub async fn store_file(sandbox: &Sandbox) -> io::Result<String> {
    let mut body = String::new();
    for (name, value) in
        [("uploaded_from", "doctor"), ("subject_type", "Checklist"), ("subject_id", seed::TEMPLATE)]
    {
        body += &format!("--b0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--b0\r\nContent-Disposition: form-data; name=\"name\"; filename=\"a.txt\"\r\n\r\nplain\r\n--b0--\r\n";
    let base = sandbox.base_url();
    let address = base.trim_start_matches("http://").trim_end_matches("/api");
    let head = format!(
        "POST /api/organizations/{}/file HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAccept: application/json\r\n\
         X-Tallyfy-Client: APIClient\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\
         Content-Type: multipart/form-data; boundary=b0\r\n\r\n",
        sandbox.organization(),
        sandbox.token(),
        body.len(),
    );
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("{head}{body}").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let stored = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let stored: Value = serde_json::from_str(stored)?;
    let id = stored["data"]["id"].as_str();
    id.map(str::to_owned).ok_or_else(|| io::Error::other(format!("the sandbox stored no file: {stored}")))
}
