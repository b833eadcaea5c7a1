//! A runtime that is shut down while a scan is polled elsewhere: the scan ends in an error and not in a panic.

use std::thread;
use std::time::Duration;

use auditql::auth::Connection;
use auditql::engine::{Engine, Error, Query};
use auditql::settings::Settings;
use futures::StreamExt as _;
use futures::executor::block_on;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::hostile;
use crate::lab::cause;
use crate::scripted::{Reply, Server};

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Polls a query from outside of its runtime, which ends.
fn polled(handle: &Handle, query: Query) {
    let _inside = handle.enter();
    let mut stream = query.stream;
    let error = block_on(stream.next()).expect("it says how it ended").unwrap_err();
    assert!(matches!(cause::<Error>(&error), Some(Error::Ending)), "{error:?}");
}

#[test]
fn a_scan_of_files_whose_runtime_has_ended_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    std::fs::write(&path, "[]").unwrap();
    let engine = Engine::builder().input(path).build().unwrap();
    let runtime = runtime();
    let query = runtime.block_on(engine.query("SELECT id FROM activity")).unwrap();
    let handle = runtime.handle().clone();
    // What is running is finished; only what is begun afterwards is cancelled.
    runtime.shutdown_background();
    polled(&handle, query);
}

#[test]
fn a_scan_of_the_feed_whose_runtime_ends_is_told_so() {
    let outside = runtime();
    let server = outside.block_on(Server::start(|_| Reply::silence()));
    let connection = Connection { management_url: Some(server.origin()), ..hostile::connection(server.origin()) };
    let engine = hostile::engine(connection, Settings::default(), hostile::options());
    let runtime = runtime();
    let query = runtime.block_on(engine.query("SELECT id FROM m365.activity")).unwrap();
    let handle = runtime.handle().clone();
    let poller = thread::spawn(move || polled(&handle, query));
    while server.seen().is_empty() {
        thread::sleep(Duration::from_millis(10));
    }
    runtime.shutdown_background();
    poller.join().expect("it does not panic");
}
