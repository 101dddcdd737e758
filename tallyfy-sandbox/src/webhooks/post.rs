//! One POST to one address of this machine.
//!
//! Not here: whether and when it is made (`lines`).

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri, header, uri::Scheme};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{Call, Sent};

/// How long a receiver may take, on tokio's clock. How long the service waits is not documented; without an end
/// a silent receiver would hold up its address for ever.
const PATIENCE: Duration = Duration::from_secs(10);
/// So much of an answer's body is read, so that the receiver can end in peace; nobody looks at it.
const ANSWER_LIMIT: usize = 64 * 1024;

/// Where a URL leads, if it is on this machine and spoken to by http; else why it is not called. Names are not
/// looked up: whoever is asked for one is told of the call.
pub fn target(url: &str) -> Result<(SocketAddr, Uri), &'static str> {
    let uri: Uri = url.parse().map_err(|_| "the address is no URL")?;
    let authority = uri.authority().ok_or("the address is no URL")?;
    if uri.scheme() != Some(&Scheme::HTTP) {
        return Err("the sandbox calls by http alone");
    }
    if authority.as_str().contains('@') {
        return Err("the address has a user in it");
    }
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let address = match host.parse::<IpAddr>() {
        Ok(address) => address,
        Err(_) if host.eq_ignore_ascii_case("localhost") => Ipv4Addr::LOCALHOST.into(),
        Err(_) => return Err("the sandbox calls addresses of this machine alone"),
    };
    if !address.is_loopback() {
        return Err("the sandbox calls addresses of this machine alone");
    }
    Ok((SocketAddr::new(address, authority.port_u16().unwrap_or(80)), uri))
}

/// Sends a call, and tells how it went.
pub async fn post(call: &Call) -> Sent {
    match tokio::time::timeout(PATIENCE, send(call)).await {
        Ok(Ok(status)) => Sent::Answered(status),
        Ok(Err(error)) => Sent::Failed(error.to_string()),
        Err(_) => Sent::Failed(format!("no answer within {} seconds", PATIENCE.as_secs())),
    }
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

async fn send(call: &Call) -> Result<u16, AnyError> {
    let (address, uri) = target(&call.url)?;
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    // platform:webhooks.classic.request
    let request = Request::post(path)
        .header(header::HOST, uri.authority().map_or("", |authority| authority.as_str()))
        .header(header::CONTENT_TYPE, "application/json")
        .header("X-Tallyfy-orgID", &call.organization)
        .body(Full::new(Bytes::from(call.body.to_string())))?;
    let talk = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status().as_u16();
        let _ = Limited::new(answer.into_body(), ANSWER_LIMIT).collect().await;
        Ok(status)
    };
    // The connection only carries; how it ends, the talk is told.
    let carry = async {
        let _ = connection.await;
        std::future::pending::<Infallible>().await
    };
    tokio::select! {
        status = talk => status,
        never = carry => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::target;

    #[track_caller]
    fn check(url: &str, expected: Result<&str, &str>) {
        let found = target(url).map(|(address, _)| address.to_string());
        assert_eq!(found.as_deref().map_err(|why| *why), expected, "{url}");
    }

    #[test]
    fn this_machine_is_called_by_http_alone() {
        let elsewhere = Err("the sandbox calls addresses of this machine alone");
        check("http://127.0.0.1:8123/hook?key=1", Ok("127.0.0.1:8123"));
        check("http://127.8.0.1/", Ok("127.8.0.1:80"));
        check("http://[::1]:9/", Ok("[::1]:9"));
        check("http://LOCALHOST:9", Ok("127.0.0.1:9"));
        check("https://127.0.0.1:8123/", Err("the sandbox calls by http alone"));
        check("ftp://127.0.0.1/", Err("the sandbox calls by http alone"));
        check("http://127.0.0.1@example.com/", Err("the address has a user in it"));
        check("http://user:word@127.0.0.1/", Err("the address has a user in it"));
        check("http://127.0.0.1.example.com/", elsewhere);
        check("http://localhost.example.com/", elsewhere);
        check("http://10.0.0.1/", elsewhere);
        check("http://0.0.0.0/", elsewhere);
        check("http://[::ffff:10.0.0.1]/", elsewhere);
        check("http://2130706433/", elsewhere);
        check("127.0.0.1:80/hook", Err("the address is no URL"));
        check("/hook", Err("the address is no URL"));
        check("", Err("the address is no URL"));
    }
}
