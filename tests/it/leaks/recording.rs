//! A recording holds neither token nor address, form value or password, whatever the server repeats; unscrubbed it holds no
//! token.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tallyfy_sdk::reqwest::Method;

use super::{ADDRESS, FORM, PASSWORD, PERSONAL, SECRETS, TOKEN, builder, without};
use crate::plain_server::{Ending, PlainServer};

/// What a client records into.
#[derive(Clone, Default)]
pub(super) struct File(Arc<Mutex<Vec<u8>>>);

impl File {
    /// What was recorded since the last look.
    pub(super) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().expect("no panic"))).expect("UTF-8")
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no panic").clone()).expect("UTF-8")
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_recording_holds_nothing_private() {
    let server = PlainServer::start().await;
    let (scrubbed, whole) = (File::default(), File::default());
    let clients = [
        builder(&server.base_url).record(scrubbed.clone()),
        builder(&server.base_url).record_unscrubbed(whole.clone()),
    ];
    let said = format!("{TOKEN} {ADDRESS} {PASSWORD} {FORM}");
    let body = json!({
        "data": {"id": TOKEN, "status": TOKEN, "name": said, TOKEN: said, ADDRESS: 1, "url": format!("https://x.test/?t={TOKEN}")},
        "message": said,
        "errors": {"email": [ADDRESS, FORM], FORM: PASSWORD},
    });
    let answers =
        [body.to_string(), body.to_string().replace('/', r"\/"), format!("<html>{said}</html>"), said];
    for client in clients.map(|builder| builder.build().expect("a client")) {
        for body in &answers {
            let head =
                format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            server.answers(head + body, Ending::Closed);
            let _ = client.organization("o1").tasks().get("t").await;
            let _ = client.raw(Method::GET, "guests/kim.lund%40fjord.test").query([("t", TOKEN)]).await;
        }
    }
    assert_eq!(scrubbed.text().lines().count(), 8);
    without("a scrubbed recording", &scrubbed.text(), &[&SECRETS[..], &PERSONAL].concat());
    assert_eq!(whole.text().lines().count(), 8);
    without("a recording as it came", &whole.text(), &SECRETS[..3]);
}
