//! Listening to everything that is traced or logged, by whatever crate, with all fields.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};

use tracing::dispatcher::DefaultGuard;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

use super::{PERSONAL, SECRETS};

/// All spans and events of this thread, at every level, until it is dropped.
pub(super) struct Traces {
    lines: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
    /// With two listeners everything is offered to all; with one, a thread that listens to nothing may be the first to meet a
    /// place that traces, and settle that nobody cares.
    _second: Dispatch,
}

impl Traces {
    pub(super) fn install() -> Self {
        let listener = Listener::default();
        let lines = Arc::clone(&listener.lines);
        let (dispatch, second) = (Dispatch::new(listener), Dispatch::new(Listener::default()));
        Self { lines, _guard: tracing::dispatcher::set_default(&dispatch), _second: second }
    }

    pub(super) fn text(&self) -> String {
        self.lines.lock().expect("no panic").join("\n")
    }
}

#[derive(Default)]
struct Listener {
    lines: Arc<Mutex<Vec<String>>>,
    spans: AtomicU64,
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

impl Listener {
    fn keep(&self, name: &str, record: impl FnOnce(&mut Line)) {
        let mut line = Line(name.to_owned());
        record(&mut line);
        self.lines.lock().expect("no panic").push(line.0);
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.keep(span.metadata().name(), |line| span.record(line));
        Id::from_u64(self.spans.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.keep("record", |line| values.record(line));
    }

    fn event(&self, event: &Event<'_>) {
        self.keep(event.metadata().target(), |line| event.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The log of the whole process, which the HTTP client writes to. Only what should not be there is kept.
pub(super) struct Log {
    heard_before: usize,
}

static HEARD: AtomicUsize = AtomicUsize::new(0);
static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        HEARD.fetch_add(1, Ordering::SeqCst);
        let text = record.args().to_string();
        if SECRETS.iter().chain(&PERSONAL).any(|private| text.contains(private)) {
            FOUND.lock().expect("no panic").push(format!("{}: {text}", record.target()));
        }
    }

    fn flush(&self) {}
}

impl Log {
    pub(super) fn install() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            log::set_logger(&Logger).expect("the first logger");
            log::set_max_level(log::LevelFilter::Trace);
        });
        Self { heard_before: HEARD.load(Ordering::SeqCst) }
    }

    #[track_caller]
    pub(super) fn check(&self) {
        assert!(HEARD.load(Ordering::SeqCst) > self.heard_before, "the log was listened to");
        let found = FOUND.lock().expect("no panic");
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
