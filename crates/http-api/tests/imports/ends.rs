//! How imports end other than by themselves.

use super::support::{Form, ORDERS, Service, asked, export};
use axum::body::Body;
use engine::{Command, Input, Reply};
use port::Upload;
use serde_json::{Value, json};

/// What was taken in by then stays, and is told.
#[test]
fn an_import_that_runs_is_cancelled_between_two_batches() {
    let service = Service::start();
    service.gate.let_pass(0);
    let all = 14_000;
    let id = service.import(&Form::tea().file("a.csv", export(all).as_bytes()));
    service.gate.wait_for_write();
    let gate = service.gate.clone();
    let request = asked("POST", &format!("/v1/shops/tea/imports/{id}/cancel")).body(Body::empty()).unwrap();
    let answer = service.runtime.block_on(async {
        // The writer holds a batch of the import, and perhaps the next one beside the request.
        let cancel = tokio::spawn(Service::send(service.router.clone(), request));
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        gate.let_pass(2);
        cancel.await.unwrap()
    });
    assert_eq!((answer.status, &answer.json()["cancelling"]), (200, &json!(true)), "{}", answer.text());
    gate.let_pass(u64::MAX);
    let import = service.ended(&id);
    assert_eq!((&import["state"], &import["report"]), (&json!("cancelled"), &Value::Null), "{import}");
    let created = import["progress"]["orders"]["created"].as_u64().unwrap();
    assert!(created > 0 && created < all as u64, "{import}");
    assert_eq!(service.orders() as u64, created, "what was taken in stays");
    service.keeps(&[]);
    let again = service.ask("POST", &format!("/v1/shops/tea/imports/{id}/cancel"), &Value::Null);
    assert_eq!((again.status, &again.json()["state"]), (200, &json!("cancelled")));
    let published = service.published();
    assert_eq!(
        published.last().map(|(kind, body)| (kind.as_str(), &body["state"])),
        Some(("import.finished", &json!("cancelled")))
    );
}

#[test]
fn what_has_ended_by_itself_cannot_be_cancelled() {
    let service = Service::start();
    let id = service.import(&Form::tea().file("a.csv", ORDERS.as_bytes()));
    service.ended(&id);
    let late = service.ask("POST", &format!("/v1/shops/tea/imports/{id}/cancel"), &Value::Null);
    assert_eq!((late.status, late.problem().1.as_str()), (409, "wrong_stage"));
    for (method, rest) in [("POST", "/im_0/cancel"), ("GET", "/im_0"), ("GET", "/im_0/bad-rows")] {
        let unknown = service.ask(method, &format!("/v1/shops/tea/imports{rest}"), &Value::Null);
        assert_eq!((unknown.status, unknown.problem().1.as_str()), (404, "not_found"), "{rest}");
    }
}

/// The reason names the file, and no place of ours.
#[test]
fn an_export_that_cannot_be_read_fails_with_its_reason() {
    let service = Service::start();
    for (name, bytes, said) in [
        ("orders.csv", &b"order,buyer\n1,2\n"[..], "orders.csv row 1: no column"),
        ("orders.xlsx", b"PK\x03\x04 no workbook", "orders.xlsx: "),
        ("orders.csv", b"", "orders.csv"),
    ] {
        let import = service.ended(&service.import(&Form::tea().file(name, bytes)));
        assert_eq!((&import["state"], &import["code"]), (&json!("failed"), &json!("unreadable")), "{import}");
        let detail = import["detail"].as_str().unwrap();
        assert!(detail.starts_with(said), "{detail}");
        assert!(!import.to_string().contains(service.folder.path().to_str().unwrap()), "{import}");
    }
    assert_eq!(service.orders(), 0);
    service.keeps(&[]);
}

/// An import that takes its server down with it is begun three times.
#[test]
fn an_import_that_ends_its_server_is_not_begun_for_ever() {
    let service = Service::start();
    let told = |command: Command| {
        let input = Input::new("tea".parse().unwrap(), command);
        let answer = service.engine.submit_many_blocking(vec![input]).unwrap().pop().unwrap().unwrap();
        let Reply::Import { import } = answer else { panic!("an import") };
        *import
    };
    for (starts, ended) in [(2, "upload_lost"), (3, "interrupted")] {
        let (files, mapping, by) = (Vec::new(), "Tea".to_owned(), "all".to_owned());
        let upload = Upload {
            folder: "00ff".into(),
            files,
            mapping,
            mapping_name: None,
            as_of: None,
            submit: false,
            by,
        };
        let import_id = told(Command::Import(engine::ImportCommand::Create(Box::new(upload)))).import_id;
        // Stops in order are not counted.
        for _ in 0..5 {
            told(Command::Import(engine::ImportCommand::Start { import_id: import_id.clone() }));
            told(Command::Import(engine::ImportCommand::Leave { import_id: import_id.clone() }));
        }
        for start in 1..=starts {
            assert_eq!(
                told(Command::Import(engine::ImportCommand::Start { import_id: import_id.clone() })).starts,
                start
            );
        }
        service.begin_again();
        let import = service.ended(import_id.as_str());
        assert_eq!((&import["state"], &import["code"]), (&json!("failed"), &json!(ended)), "{import}");
    }
}
