//! How long the errands take, beside the same by hand. The bounds they must keep are held in `bounds.rs`, where
//! instructions are counted, as time differs from run to run.

mod common;

use std::time::Duration;

use common::{Bare, Sdk, runtime, serve};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn one_get(criterion: &mut Criterion) {
    let (runtime, base_url) = (runtime(), serve(Duration::ZERO));
    let (sdk, bare) = (Sdk::new(&base_url), Bare::new(&base_url));
    let mut group = criterion.benchmark_group("one GET");
    group.bench_function("sdk", |bencher| bencher.iter(|| runtime.block_on(sdk.task())));
    group.bench_function("bare", |bencher| bencher.iter(|| runtime.block_on(bare.task())));
    group.finish();
}

fn all_pages(criterion: &mut Criterion) {
    let (runtime, base_url) = (runtime(), serve(Duration::ZERO));
    let (sdk, bare) = (Sdk::new(&base_url), Bare::new(&base_url));
    let mut group = criterion.benchmark_group("100 pages of 100 tasks");
    group.sample_size(10).throughput(Throughput::Elements(10_000));
    group.bench_function("sdk", |bencher| bencher.iter(|| runtime.block_on(sdk.tasks(1))));
    group.bench_function("bare", |bencher| bencher.iter(|| runtime.block_on(bare.tasks())));
    group.finish();
}

fn pages_of_a_slow_service(criterion: &mut Criterion) {
    let (runtime, base_url) = (runtime(), serve(Duration::from_millis(50)));
    let sdk = Sdk::new(&base_url);
    let mut group = criterion.benchmark_group("100 pages at 50 ms");
    group.sample_size(10);
    for (name, prefetch) in [("one by one", 1), ("8 ahead", 8)] {
        group.bench_function(name, |bencher| bencher.iter(|| runtime.block_on(sdk.tasks(prefetch))));
    }
    group.finish();
}

criterion_group!(benches, one_get, all_pages, pages_of_a_slow_service);
criterion_main!(benches);
