//! 20,000 mixed calls from 64 tasks, one in ten struck by a fault of a seeded script: what the client says of each is held
//! against what the sandbox did. What single faults lead to, operation by operation, is `faults`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tallyfy_sandbox::{Fault, Sandbox, Script, Seen, seed};
use tallyfy_sdk::{
    Call, Client, Error, Meta, Organization, Pacing, RetryBudget, WithMeta,
    request::{AddComment, LaunchProcess, ListTasks, UpdateProcessTask},
};

mod verdict;

use verdict::Tally;

/// Draws the calls and the faults. Every failure names it.
const SEED: u64 = 0x7a11_5eed;
const TASKS: usize = 64;
const CALLS: usize = 20_000;
/// By which a call is found in the sandbox's log.
const NUMBER: &str = "x-chaos-call";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Errand {
    /// Reads: `get_me`, a task, a process, a page of tasks.
    Me,
    Task,
    Process,
    List,
    /// Safe to repeat.
    Update,
    Reopen,
    /// Never repeated after an unknown outcome.
    Complete,
    Comment,
    Launch,
    /// With `reconcile`.
    LaunchOnce,
    /// Refused by the client itself.
    Malformed,
    /// To a port where nobody listens.
    NobodyHome,
}

impl Errand {
    fn reads(self) -> bool {
        matches!(self, Self::Me | Self::Task | Self::Process | Self::List)
    }

    /// Whether being carried out twice leaves another state than once.
    fn counts(self) -> bool {
        matches!(self, Self::Complete | Self::Comment | Self::Launch | Self::LaunchOnce)
    }

    fn drawn(dice: &mut fastrand::Rng) -> Self {
        match dice.u32(..1000) {
            0..250 => Self::Task,
            250..400 => Self::Process,
            400..500 => Self::Me,
            500..510 => Self::List,
            510..680 => Self::Update,
            680..730 => Self::Reopen,
            730..800 => Self::Complete,
            800..890 => Self::Comment,
            890..905 => Self::Launch,
            905..920 => Self::LaunchOnce,
            920..960 => Self::Malformed,
            _ => Self::NobodyHome,
        }
    }
}

/// One call and what the client said of it.
struct Came {
    number: usize,
    errand: Errand,
    result: Result<Meta, Error>,
}

/// All faults there are, those after the deed as often as those before.
fn script() -> Script {
    let json = |status| Fault::status(status, serde_json::json!({"message": "no"}));
    let long = Duration::from_secs(45);
    Script::any(Fault::ResetBefore).chance(0.1).mix([
        (3, Fault::ResetBefore),
        (3, Fault::ResetAfterApply),
        (2, Fault::ResetMidBody),
        (2, Fault::EmptyBody),
        (2, Fault::Truncated),
        (2, Fault::Html(502)),
        (1, json(500)),
        (1, json(503)),
        (1, json(408)),
        (2, Fault::rate_limited(1)),
        (1, Fault::Delay(long)),
        (2, Fault::DelayAfterApply(long)),
    ])
}

fn client(base_url: &str) -> Client {
    Client::builder()
        .base_url(base_url)
        .token(seed::ADMIN_TOKEN)
        // Less than the longest delay.
        .timeout(Duration::from_secs(30))
        // Waits cost nothing here, and a call that gets no turn says little.
        .deadline(Duration::from_secs(24 * 3600))
        .retry_budget(RetryBudget::unlimited())
        .pacing(Pacing::default().comments_per_hour(None))
        .build()
        .expect("a client")
}

/// Calls one after the other, on a process of its own.
struct Worker {
    organization: Organization,
    nobody: Organization,
    process: String,
    task: String,
    dice: fastrand::Rng,
}

impl Worker {
    async fn run(mut self, numbers: std::ops::Range<usize>) -> Vec<Came> {
        let mut came = Vec::with_capacity(numbers.len());
        for number in numbers {
            let errand = Errand::drawn(&mut self.dice);
            came.push(Came { number, errand, result: self.call(number, errand).await });
        }
        came
    }

    async fn call(&self, number: usize, errand: Errand) -> Result<Meta, Error> {
        let organization = &self.organization;
        let (tasks, processes) = (organization.process(&self.process).tasks(), organization.processes());
        match errand {
            Errand::Me => sent(number, organization.client().me()).await,
            Errand::Task => sent(number, tasks.get(&self.task)).await,
            Errand::Process => sent(number, processes.get(&self.process)).await,
            Errand::List => {
                sent(number, organization.tasks().list(ListTasks::new().per_page(5)).page()).await
            }
            Errand::Update => {
                let update = UpdateProcessTask::new().title(format!("Title {number}"));
                sent(number, tasks.update(&self.task, update)).await
            }
            Errand::Reopen => sent(number, tasks.reopen(&self.task)).await,
            Errand::Complete => sent(number, tasks.complete(&self.task)).await,
            Errand::Comment => {
                let comments = organization.task(&self.task).comments();
                sent(number, comments.add(AddComment::new(name(number)))).await
            }
            Errand::Launch => sent(number, processes.launch(launch(number))).await,
            Errand::LaunchOnce => {
                let launch = launch(number);
                let once = processes.reconcile_by_name(&launch).grace(Duration::from_secs(5)).repeats(9);
                sent(number, processes.launch(launch).reconcile(once)).await
            }
            Errand::Malformed => sent(number, processes.get("no/id")).await,
            Errand::NobodyHome => sent(number, self.nobody.processes().launch(launch(number))).await,
        }
    }
}

fn name(number: usize) -> String {
    format!("chaos {number}")
}

fn launch(number: usize) -> LaunchProcess {
    LaunchProcess::new(seed::SMALL_TEMPLATE).name(name(number))
}

async fn sent<T: Send + 'static>(number: usize, call: Call<T>) -> Result<Meta, Error> {
    let answer: WithMeta<T> = call.header(NUMBER, number.to_string()).with_meta().await?;
    Ok(answer.meta)
}

/// A process with its first task, before anything goes wrong.
async fn worker(client: &Client, nobody: &Client, number: usize) -> Worker {
    let organization = client.organization(seed::ORGANIZATION);
    let launch = LaunchProcess::new(seed::SMALL_TEMPLATE).name(format!("of worker {number}"));
    let process = organization.processes().launch(launch).await.expect("a process").id;
    let tasks = organization.process(&process).tasks().list(Default::default()).await.expect("tasks");
    let task = tasks.items[0].id.clone();
    let nobody = nobody.organization(seed::ORGANIZATION);
    Worker { organization, nobody, process, task, dice: fastrand::Rng::with_seed(SEED ^ number as u64) }
}

/// What was sent for each call.
fn by_number(log: Vec<Seen>) -> BTreeMap<usize, Vec<Seen>> {
    let mut calls: BTreeMap<usize, Vec<Seen>> = BTreeMap::new();
    for seen in log {
        if let Some(number) = seen.header(NUMBER) {
            calls.entry(number.parse().expect("a number")).or_default().push(seen);
        }
    }
    calls
}

/// How often each text stands in a column of the sandbox's rows.
fn count(rows: &Value, column: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for row in rows.as_array().expect("rows") {
        *counts.entry(row[column].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    counts
}

#[tokio::test(start_paused = true)]
async fn what_the_client_says_of_a_call_is_what_the_service_did() {
    let sandbox = Sandbox::builder().validate(false).fault_seed(SEED).start().await.expect("a sandbox");
    let client = client(&sandbox.base_url());
    let nobody = {
        let gone = Sandbox::start().await.expect("a sandbox that stops at once");
        self::client(&gone.base_url())
    };
    let mut workers = Vec::new();
    for number in 0..TASKS {
        workers.push(worker(&client, &nobody, number).await);
    }
    sandbox.clear_requests();
    sandbox.script(script());
    let each = CALLS.div_ceil(TASKS);
    let tasks: Vec<_> = workers
        .into_iter()
        .enumerate()
        .map(|(at, worker)| tokio::spawn(worker.run(at * each..CALLS.min((at + 1) * each))))
        .collect();
    let mut calls = Vec::with_capacity(CALLS);
    for task in tasks {
        calls.extend(task.await.expect("no panic"));
    }
    assert_eq!(calls.len(), CALLS);
    let sent = by_number(sandbox.requests());
    let rows = sandbox.dump();
    let (processes, comments) = (count(&rows["processes"], "name"), count(&rows["comments"], "content"));
    let mut tally = Tally::default();
    for call in &calls {
        let attempts = sent.get(&call.number).map_or(&[][..], Vec::as_slice);
        let named = name(call.number);
        let objects = [&processes, &comments].map(|counts| counts.get(&named).copied().unwrap_or(0));
        tally.judge(call, attempts, objects.iter().sum());
    }
    tally.finish();
}
