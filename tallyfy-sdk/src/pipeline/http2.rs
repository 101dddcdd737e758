//! What HTTP/2 says for sure: that a request was not worked on. Everything else about an exchange stands in
//! `pipeline/attempt.rs`.

/// Whether the server says that it did nothing: it refused the stream, or goes away and names a last stream before this
/// one (RFC 9113, 8.7). h2 gives a remote GOAWAY as the error of those streams alone; the others end with the connection.
#[cfg(feature = "http2")]
pub(super) fn was_refused(error: &reqwest::Error) -> bool {
    use std::error::Error as StdError;

    let causes = std::iter::successors(Some(error as &dyn StdError), |&error| error.source());
    causes.filter_map(|cause| cause.downcast_ref::<h2::Error>()).any(|error| {
        let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        error.is_remote() && (refused || error.is_go_away())
    })
}

#[cfg(not(feature = "http2"))]
pub(super) fn was_refused(_: &reqwest::Error) -> bool {
    false
}

#[cfg(all(test, feature = "http2"))]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use reqwest::Method;
    use serde_json::json;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use crate::{Client, Delivery};

    const NO_ERROR: u32 = 0;
    const INTERNAL_ERROR: u32 = 2;
    const REFUSED_STREAM: u32 = 7;
    const CANCEL: u32 = 8;
    const ENHANCE_YOUR_CALM: u32 = 11;

    /// What a server does to the first request; all others are answered.
    #[derive(Clone, Copy, Debug)]
    enum Deed {
        Reset(u32),
        /// Nothing was worked on, or all of it.
        GoAway {
            last: u32,
            code: u32,
        },
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_the_server_surely_did_not_work_on_is_repeated_and_no_other() {
        let nothing = |code| Deed::GoAway { last: 0, code };
        let cases: [(Deed, Result<(), Delivery>); 7] = [
            (Deed::Reset(REFUSED_STREAM), Ok(())),
            (nothing(NO_ERROR), Ok(())),
            (nothing(ENHANCE_YOUR_CALM), Ok(())),
            (Deed::GoAway { last: 1, code: NO_ERROR }, Err(Delivery::Unknown)),
            (Deed::GoAway { last: 1, code: INTERNAL_ERROR }, Err(Delivery::Unknown)),
            (Deed::Reset(CANCEL), Err(Delivery::Unknown)),
            (Deed::Reset(INTERNAL_ERROR), Err(Delivery::Unknown)),
        ];
        for (deed, expected) in cases {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let base_url = format!("http://{}/api", listener.local_addr().expect("an address"));
            let requests = Arc::new(AtomicUsize::new(0));
            let server = tokio::spawn(serve(listener, deed, Arc::clone(&requests)));
            let client = Client::builder()
                .token("s3cret")
                .base_url(base_url)
                .configure_http(|http| http.http2_prior_knowledge())
                .build()
                .expect("a client");
            let launch = client.raw(Method::POST, "organizations/o/runs").json(&json!({"name": "x"}));
            let ended = launch.await.map(drop).map_err(|error| error.delivery());
            assert_eq!(ended, expected, "{deed:?}");
            let sent = if expected.is_ok() { 2 } else { 1 };
            assert_eq!(requests.load(Ordering::Relaxed), sent, "{deed:?}");
            server.abort();
        }
    }

    async fn serve(listener: TcpListener, deed: Deed, requests: Arc<AtomicUsize>) {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, deed, Arc::clone(&requests)));
        }
    }

    async fn connection(
        mut stream: TcpStream,
        deed: Deed,
        requests: Arc<AtomicUsize>,
    ) -> std::io::Result<()> {
        const END_STREAM: u8 = 1;
        const END_HEADERS: u8 = 4;
        // Or a small frame waits for the other side, and on a paused clock the call's time is over.
        stream.set_nodelay(true)?;
        stream.read_exact(&mut [0; 24]).await?;
        stream.write_all(&frame(4, 0, 0, &[])).await?;
        loop {
            let mut head = [0; 9];
            stream.read_exact(&mut head).await?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut content = vec![0; usize::try_from(length).expect("small")];
            stream.read_exact(&mut content).await?;
            let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            // Data and headers; one of them ends the request.
            if head[3] > 1 || head[4] & END_STREAM == 0 {
                continue;
            }
            if requests.fetch_add(1, Ordering::Relaxed) > 0 {
                // The first row of HPACK's table that is a status: 200.
                let head = frame(1, END_HEADERS, id, &[0x88]);
                stream.write_all(&[head, frame(0, END_STREAM, id, b"{}")].concat()).await?;
                continue;
            }
            match deed {
                Deed::Reset(code) => stream.write_all(&frame(3, 0, id, &code.to_be_bytes())).await?,
                Deed::GoAway { last, code } => {
                    let content = [last.to_be_bytes(), code.to_be_bytes()].concat();
                    stream.write_all(&frame(7, 0, 0, &content)).await?;
                    stream.shutdown().await?;
                }
            }
        }
    }

    fn frame(kind: u8, flags: u8, stream: u32, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).expect("small").to_be_bytes();
        [&length[1..], &[kind, flags], &stream.to_be_bytes(), content].concat()
    }
}
