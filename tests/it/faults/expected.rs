//! The table: what each fault leads to, written by hand from the delivery table of `Error` and the repeat classes of the
//! document. Nothing here asks the client what it would do.

use tallyfy_sdk::Delivery;

use super::server::Act;
use super::subject::{Class, Gives, Subject};
use super::world::{Course, End, Fault, Told, Where};

/// Attempts that a call may make by default.
const ATTEMPTS: u32 = 4;
/// What the client waits by its own choice: half of half a second, of one, of two. The tests fix chance at one half.
const BACKOFF: [u64; 3] = [250, 500, 1000];
const NONE: [u64; 3] = [0; 3];

/// Which operations are called again after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// All: the server surely did not act.
    All,
    /// Those whose repeat leaves the same state behind.
    Safe,
    /// None: the same would come again.
    None,
}

/// A fault, and what it leads to while it lasts.
pub struct Row {
    pub name: &'static str,
    pub fault: fn() -> Fault,
    again: Again,
    /// Milliseconds that an attempt takes, and between the attempts.
    takes: u64,
    waits: [u64; 3],
    delivery: Delivery,
    /// The predicates of the error that are true.
    says: &'static [&'static str],
    status: Option<u16>,
    /// Seconds that the error tells to wait.
    retry_after: Option<u64>,
    /// Calls that do not read the body, and so do not mind.
    fine: &'static [Gives],
}

const fn row(name: &'static str, fault: fn() -> Fault, again: Again, delivery: Delivery) -> Row {
    Row {
        name,
        fault,
        again,
        takes: 0,
        waits: BACKOFF,
        delivery,
        says: &[],
        status: None,
        retry_after: None,
        fine: &[],
    }
}

const NO_CONNECTION: Row =
    Row { says: &["connect"], ..row("", || Fault::Names(Where::Nowhere), Again::All, Delivery::NotSent) };
const THROTTLED: Row = Row {
    says: &["rate_limited"],
    status: Some(429),
    ..row("", || Fault::Wire(Act::json(429, TOO_MANY)), Again::All, Delivery::Refused)
};
const FAILED: Row = Row {
    says: &["server"],
    ..row("", || Fault::Wire(Act::json(500, OOPS)), Again::Safe, Delivery::Unknown)
};
/// The server has said all it had to say, and would say it again.
const UNREADABLE: Row = Row {
    says: &["decode"],
    status: Some(200),
    waits: NONE,
    ..row("", || Fault::Wire(Act::html(200)), Again::None, Delivery::Applied)
};

/// Not the service's word: neither is something missing nor a right lacking.
const OF_STRANGERS: Row =
    Row { waits: NONE, ..row("", || Fault::Wire(Act::html(403)), Again::None, Delivery::Unknown) };

const TOO_MANY: &str = r#"{"message": "Too Many Attempts."}"#;
const OOPS: &str = r#"{"error": true, "message": "Server Error"}"#;
const JSON: &str = "content-type: application/json\r\n";
const HALF: &str = r#"{"data": {"id": "#;

/// Every fault.
pub const TABLE: [Row; 20] = [
    Row { name: "the name cannot be looked up", ..NO_CONNECTION },
    Row { name: "the connection is refused", fault: || Fault::Names(Where::Elsewhere), ..NO_CONNECTION },
    row("reset before the answer", || Fault::Wire(Act::Reset(String::new())), Again::Safe, Delivery::Unknown),
    Row {
        name: "reset in the middle of the body",
        says: &["decode"],
        status: Some(200),
        ..row("", || Fault::Wire(Act::Reset(half())), Again::Safe, Delivery::Applied)
    },
    Row {
        name: "no answer in time",
        takes: 5000,
        says: &["timeout"],
        ..row("", || Fault::Wire(Act::Silence), Again::Safe, Delivery::Unknown)
    },
    Row {
        name: "429 with seconds",
        fault: || Fault::Wire(Act::answer(429, "retry-after: 20\r\n", TOO_MANY)),
        waits: [20_000; 3],
        retry_after: Some(20),
        ..THROTTLED
    },
    Row {
        name: "429 with a date",
        fault: || Fault::Wire(Act::answer(429, DATES, TOO_MANY)),
        waits: [25_000; 3],
        retry_after: Some(25),
        ..THROTTLED
    },
    Row { name: "429 without a time", ..THROTTLED },
    Row {
        name: "429 with more seconds than the deadline has",
        fault: || Fault::Wire(Act::answer(429, "retry-after: 600\r\n", TOO_MANY)),
        again: Again::None,
        waits: NONE,
        retry_after: Some(600),
        ..THROTTLED
    },
    Row { name: "500", status: Some(500), ..FAILED },
    Row { name: "502 with a page", fault: || Fault::Wire(Act::html(502)), status: Some(502), ..FAILED },
    Row { name: "503", fault: || Fault::Wire(Act::json(503, OOPS)), status: Some(503), ..FAILED },
    Row {
        name: "503 with seconds",
        fault: || Fault::Wire(Act::answer(503, "retry-after: 15\r\n", "")),
        waits: [15_000; 3],
        status: Some(503),
        retry_after: Some(15),
        ..FAILED
    },
    Row {
        name: "504",
        fault: || Fault::Wire(Act::html(504)),
        says: &["timeout", "server"],
        status: Some(504),
        ..FAILED
    },
    Row {
        name: "JSON that ends too early",
        fault: || Fault::Wire(Act::json(200, HALF)),
        fine: &[Gives::Nothing, Gives::Bytes],
        ..UNREADABLE
    },
    Row {
        name: "an empty body",
        fault: || Fault::Wire(Act::json(200, "")),
        fine: &[Gives::Nothing, Gives::Bytes],
        ..UNREADABLE
    },
    Row {
        name: "204",
        fault: || Fault::Wire(Act::Answer("HTTP/1.1 204 Text\r\nconnection: close\r\n\r\n".to_owned())),
        status: Some(204),
        fine: &[Gives::Nothing, Gives::Bytes],
        ..UNREADABLE
    },
    // Of a login or a proxy: nobody knows whether the service saw the request.
    Row { name: "200 with a page", delivery: Delivery::Unknown, ..UNREADABLE },
    // A firewall may have looked at the answer, a balancer may hide a failure.
    Row { name: "403 with a page", fault: || Fault::Wire(Act::html(403)), status: Some(403), ..OF_STRANGERS },
    Row { name: "404 with a page", fault: || Fault::Wire(Act::html(404)), status: Some(404), ..OF_STRANGERS },
];

const DATES: &str = "date: Tue, 01 Sep 2026 08:00:00 GMT\r\nretry-after: Tue, 01 Sep 2026 08:00:25 GMT\r\n";

fn half() -> String {
    format!("HTTP/1.1 200 OK\r\n{JSON}content-length: 400\r\n\r\n{HALF}")
}

impl Row {
    fn is_repeated(&self, subject: &Subject) -> bool {
        match self.again {
            Again::All => true,
            Again::Safe => subject.class == Class::Safe,
            Again::None => false,
        }
    }

    /// Whether the requests of its attempts reach the server.
    fn arrives(&self) -> bool {
        self.delivery != Delivery::NotSent
    }

    /// The fault does not go away.
    pub fn stays(&self, subject: &Subject) -> Course {
        if self.fine.contains(&subject.gives) {
            return Course { at: vec![0], requests: 1, ended: self.takes, end: End::Done { attempts: 1 } };
        }
        let attempts = if self.is_repeated(subject) { ATTEMPTS } else { 1 };
        let mut at = vec![0];
        for wait in self.waits.iter().take(attempts as usize - 1) {
            at.push(at[at.len() - 1] + self.takes + wait);
        }
        Course {
            requests: if self.arrives() { at.len() } else { 0 },
            ended: at[at.len() - 1] + self.takes,
            at,
            end: End::Failed(Told {
                operation: Some(subject.id),
                attempts,
                delivery: self.delivery,
                says: self.says.to_vec(),
                status: self.status,
                retry_after: self.retry_after,
                advice: advice(self.delivery, subject),
            }),
        }
    }

    /// It comes once; then the server answers as the document has it.
    pub fn passes(&self, subject: &Subject) -> Course {
        self.repeated_once(subject, End::Done { attempts: 2 })
    }

    /// It comes once; then there is no such object.
    pub fn passes_and_nothing_is_there(&self, subject: &Subject) -> Course {
        let may_have_acted = self.delivery == Delivery::Unknown || self.delivery == Delivery::Applied;
        let was_done = may_have_acted && subject.removes;
        if was_done && subject.gives == Gives::Nothing {
            return self.repeated_once(subject, End::Done { attempts: 2 });
        }
        let (delivery, says, advice) = match (was_done, may_have_acted) {
            (true, _) => (Delivery::Applied, "already_done", "The work is done"),
            (false, true) => (self.delivery, "not_found", advice(self.delivery, subject)),
            (false, false) => (Delivery::Refused, "not_found", advice(Delivery::Refused, subject)),
        };
        let told = Told {
            operation: Some(subject.id),
            attempts: 2,
            delivery,
            says: vec![says],
            status: Some(404),
            retry_after: None,
            advice,
        };
        self.repeated_once(subject, End::Failed(told))
    }

    /// As while it stays, unless the call is repeated.
    fn repeated_once(&self, subject: &Subject, end: End) -> Course {
        if !self.is_repeated(subject) {
            return self.stays(subject);
        }
        let second = self.takes + self.waits[0];
        Course { at: vec![0, second], requests: if self.arrives() { 2 } else { 1 }, ended: second, end }
    }
}

/// What a person is told to do, in the words of the error.
fn advice(delivery: Delivery, subject: &Subject) -> &'static str {
    match delivery {
        Delivery::NotSent => "Nothing was sent",
        Delivery::Refused => "refused it and did not act",
        _ if subject.reads => "only reads, so it can be repeated",
        Delivery::Unknown => "may have acted: look before doing it again",
        _ => "has acted: do not do it again",
    }
}
