//! The queue: one line for each address, in order; what was sent; faults on order.
//!
//! A request only puts its calls into the queue, so that no receiver can hold it up. Lines do not wait for each
//! other.
//!
//! Not here: the wire (`post`).

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::odds::{Fate, Faults};
use super::post::{post, target};
use super::{Call, Delivery, Sent, Tell, WebhookFaults};
use crate::service::Shared;

/// More calls than these do not wait: the newest are refused.
const MOST_WAITING: usize = 10_000;

/// A call with its number in the log.
#[derive(Debug)]
pub(crate) struct Numbered {
    number: usize,
    call: Call,
}

/// What has been sent, and what waits.
pub(crate) struct Lines {
    faults: Faults,
    /// Deliveries from number `first` on.
    log: VecDeque<Delivery>,
    first: usize,
    kept: usize,
    /// Calls that wait for the next one to their address, by address.
    late: Vec<Numbered>,
    outbox: UnboundedSender<Numbered>,
    /// How many are on their way.
    open: watch::Sender<usize>,
    tell: Option<Tell>,
}

impl Lines {
    /// Nothing sent yet. Of very many deliveries the newest `kept` are kept.
    pub(crate) fn new(
        faults: &WebhookFaults,
        kept: usize,
        tell: Option<Tell>,
    ) -> (Self, UnboundedReceiver<Numbered>) {
        let (outbox, receiver) = unbounded_channel();
        let lines = Self {
            faults: Faults::of(faults),
            log: VecDeque::new(),
            first: 0,
            kept,
            late: Vec::new(),
            outbox,
            open: watch::Sender::new(0),
            tell,
        };
        (lines, receiver)
    }

    /// Orders other faults from now on.
    pub(crate) fn order(&mut self, faults: &WebhookFaults) {
        self.faults = Faults::of(faults);
    }

    /// All deliveries, oldest first.
    pub(crate) fn log(&self) -> Vec<Delivery> {
        self.log.iter().cloned().collect()
    }

    /// Takes a call over.
    pub(crate) fn take(&mut self, call: Call) {
        if let Some(why) = call.held_back.or_else(|| target(&call.url).err()) {
            self.end(&call, Sent::Refused(why.to_owned()));
            return;
        }
        if self.late.len() + *self.open.borrow() >= MOST_WAITING {
            self.end(&call, Sent::Refused("too many calls are waiting".to_owned()));
            return;
        }
        match self.faults.fate() {
            Fate::Lost => self.end(&call, Sent::Lost),
            Fate::Sent { copies, late } => self.line_up(&call, copies, late),
        }
    }

    /// Sends what waits for a next call that may never come; the receiver tells when all is done.
    pub(crate) fn flush(&mut self) -> watch::Receiver<usize> {
        for numbered in std::mem::take(&mut self.late) {
            self.send(numbered);
        }
        self.open.subscribe()
    }

    fn line_up(&mut self, call: &Call, copies: usize, late: bool) {
        let waiting: Vec<Numbered> = self.late.extract_if(.., |other| other.call.url == call.url).collect();
        for _ in 0..copies {
            let numbered = Numbered { number: self.note(call, Sent::Waiting), call: call.clone() };
            if late && waiting.is_empty() {
                self.late.push(numbered);
            } else {
                self.send(numbered);
            }
        }
        for numbered in waiting {
            self.send(numbered);
        }
    }

    fn send(&mut self, numbered: Numbered) {
        self.open.send_modify(|open| *open += 1);
        // Who delivers lives as long as the sandbox.
        let _ = self.outbox.send(numbered);
    }

    fn note(&mut self, call: &Call, sent: Sent) -> usize {
        self.log.push_back(delivery(call, sent));
        let number = self.first + self.log.len() - 1;
        while self.log.len() > self.kept {
            self.log.pop_front();
            self.first += 1;
        }
        number
    }

    /// Notes a call that is not sent.
    fn end(&mut self, call: &Call, sent: Sent) {
        self.report(call, &sent);
        self.note(call, sent);
    }

    fn settle(&mut self, numbered: &Numbered, sent: Sent) {
        self.report(&numbered.call, &sent);
        let at = numbered.number.checked_sub(self.first);
        if let Some(delivery) = at.and_then(|at| self.log.get_mut(at)) {
            delivery.sent = sent;
        }
        self.open.send_modify(|open| *open = open.saturating_sub(1));
    }

    fn report(&self, call: &Call, sent: &Sent) {
        if let Some(Tell(tell)) = &self.tell {
            tell(&delivery(call, sent.clone()));
        }
    }
}

fn delivery(call: &Call, sent: Sent) -> Delivery {
    let Call { event, subject, url, body, .. } = call.clone();
    Delivery { event, subject, url, body, sent }
}

/// Delivers until the future is dropped; calls under way are dropped with it.
pub(crate) async fn deliver(mut outbox: UnboundedReceiver<Numbered>, shared: Arc<Shared>) {
    // An address that is being called has an entry; in it waits what comes after.
    let mut lines: HashMap<String, VecDeque<Numbered>> = HashMap::new();
    let mut calling = JoinSet::new();
    loop {
        let next = tokio::select! {
            Some(numbered) = outbox.recv() => match lines.get_mut(&numbered.call.url) {
                Some(line) => {
                    line.push_back(numbered);
                    None
                }
                None => {
                    lines.insert(numbered.call.url.clone(), VecDeque::new());
                    Some(numbered)
                }
            },
            Some(Ok((numbered, sent))) = calling.join_next(), if !calling.is_empty() => {
                let numbered: Numbered = numbered;
                shared.lock().webhooks.settle(&numbered, sent);
                let next = lines.get_mut(&numbered.call.url).and_then(VecDeque::pop_front);
                if next.is_none() {
                    lines.remove(&numbered.call.url);
                }
                next
            }
            else => return,
        };
        if let Some(numbered) = next {
            calling.spawn(async move {
                let sent = post(&numbered.call).await;
                (numbered, sent)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Call, Lines, MOST_WAITING, Sent, WebhookFaults};

    fn call() -> Call {
        Call {
            event: "task.completed",
            subject: String::new(),
            organization: String::new(),
            url: "http://127.0.0.1:9/".to_owned(),
            schema: "WebhookTaskPayload",
            body: Value::Null,
            held_back: None,
        }
    }

    #[test]
    fn too_many_calls_do_not_wait() {
        let (mut lines, _outbox) = Lines::new(&WebhookFaults::default(), usize::MAX, None);
        (0..=MOST_WAITING).for_each(|_| lines.take(call()));
        let log = lines.log();
        assert_eq!(log[MOST_WAITING - 1].sent, Sent::Waiting);
        assert_eq!(log[MOST_WAITING].sent, Sent::Refused("too many calls are waiting".to_owned()));
    }

    #[test]
    fn the_log_keeps_the_newest() {
        let (mut lines, mut outbox) = Lines::new(&WebhookFaults::default(), 2, None);
        (0..3).for_each(|_| lines.take(call()));
        let numbered: Vec<_> = std::iter::from_fn(|| outbox.try_recv().ok()).collect();
        for (one, status) in numbered.iter().zip([201, 202, 203]) {
            lines.settle(one, Sent::Answered(status));
        }
        let sent: Vec<Sent> = lines.log().into_iter().map(|delivery| delivery.sent).collect();
        assert_eq!(sent, [Sent::Answered(202), Sent::Answered(203)]);
        assert_eq!(*lines.flush().borrow(), 0);
    }
}
