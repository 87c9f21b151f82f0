//! What is taken in, and what is told of it.

use super::support::{Form, MAPPING, ORDERS, Service, asked, export};
use axum::body::Body;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use std::fmt::Write;

/// The export with a row that cannot be read.
fn with_a_bad_row() -> String {
    ORDERS.replacen("320.00", "=dear", 1)
}

#[test]
fn an_export_is_taken_in_and_every_bad_row_is_named() {
    let service = Service::start();
    let orders = with_a_bad_row();
    let id =
        service.import(&Form::tea().file("../../六月/订单.csv", orders.as_bytes()).field("submit", "true"));
    let import = service.ended(&id);
    assert_eq!(import["state"], "finished", "{import}");
    assert_eq!(
        (&import["bad_rows"], &import["submit"], &import["by"]),
        (&json!(1), &json!(true), &json!("all"))
    );
    assert_eq!(import["files"][0]["name"], "订单.csv");
    let digest = blake3::hash(orders.as_bytes()).to_hex().to_string();
    assert_eq!(
        (&import["files"][0]["bytes"], &import["files"][0]["blake3"]),
        (&json!(orders.len()), &json!(digest))
    );
    assert_eq!(import["progress"]["read"], import["progress"]["bytes"]);
    let report = &import["report"];
    assert_eq!((&report["all_used"], &report["inputs"]["bad_rows"]), (&json!(false), &json!(1)));
    assert_eq!((&report["orders"]["created"], &report["orders"]["to_review"]), (&json!(6), &json!(6)));
    assert!(report["summary"].as_str().unwrap().contains("created               6\n"));
    assert_eq!(service.orders(), 6);
    service.keeps(&["rejects.csv"]);

    let page = service.get(&format!("/{id}/bad-rows")).json();
    let row = &page["data"][0];
    let told = [&row["file"], &row["row"], &row["column"], &row["value"], &row["code"]];
    assert_eq!(
        told,
        [&json!("订单.csv"), &json!(2), &json!("amount"), &json!("'=dear"), &json!("not_an_amount")]
    );
    assert!(row["message_zh"].as_str().is_some_and(|text| !text.is_empty()));
    assert_eq!(page["next_cursor"], Value::Null);
    let csv = asked("GET", &format!("/v1/shops/tea/imports/{id}/bad-rows")).header("accept", "text/csv");
    let csv = service.call(csv.body(Body::empty()).unwrap());
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert!(csv.text().contains("订单.csv,2,amount,'=dear,not_an_amount,"), "{}", csv.text());
    assert_eq!(service.get(&format!("/{id}/bad-rows?format=csv")).body, csv.body);

    let published = service.published();
    let (kind, body) = published.last().unwrap();
    assert_eq!((kind.as_str(), &body["import_id"]), ("import.finished", &json!(id)));
    assert_eq!(
        (&body["state"], &body["rejects"], &body["orders"]["created"]),
        (&json!("finished"), &json!(1), &json!(6))
    );
}

/// The same files again change nothing, and what was left out of them is taken in once it is mended.
#[test]
fn the_same_files_again_are_duplicates() {
    let service = Service::start();
    let first = service.import(&Form::tea().file("orders.csv", with_a_bad_row().as_bytes()));
    service.ended(&first);
    let again = service.import(&Form::tea().file("orders.csv", ORDERS.as_bytes()));
    assert_ne!(first, again);
    let import = service.ended(&again);
    let counts = &import["report"]["orders"];
    assert_eq!((&counts["created"], &counts["duplicate"]), (&json!(1), &json!(6)));
    assert_eq!(import["report"]["all_used"], true);
    let page = service.get(&format!("/{again}/bad-rows")).json();
    assert_eq!(page, json!({"data": [], "next_cursor": null}));
    assert_eq!(service.orders(), 7);
}

/// An export that was cut, each part under a name of the mapping's.
#[test]
fn the_files_of_an_export_that_was_cut_are_one_import() {
    let service = Service::start();
    let mapping = MAPPING.replace("orders.csv", "orders-*.csv");
    let (heading, rows) = ORDERS.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let cut = |rows: &[&str]| format!("{heading}\n{}\n", rows.join("\n"));
    let form = Form::default().file("orders-1.csv", cut(&rows[..4]).as_bytes());
    let form = form.file("orders-2.csv", cut(&rows[4..]).as_bytes()).field("mapping", &mapping);
    let import = service.ended(&service.import(&form));
    assert_eq!((&import["state"], &import["report"]["orders"]["created"]), (&json!("finished"), &json!(7)));
    let names: Vec<&Value> = import["files"].as_array().unwrap().iter().map(|file| &file["name"]).collect();
    assert_eq!(names, ["orders-1.csv", "orders-2.csv"]);
}

#[test]
fn a_workbook_is_taken_in() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0..).zip(ORDERS.lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    let service = Service::start();
    let id = service.import(&Form::tea().file("订单.xlsx", &book.save_to_buffer().unwrap()));
    let import = service.ended(&id);
    assert_eq!((&import["state"], &import["report"]["orders"]["created"]), (&json!("finished"), &json!(7)));
}

/// A-S4-23: an export that is older than what is known only fills times.
#[test]
fn a_s4_23_the_request_says_when_the_export_was_made() {
    let service = Service::start();
    let form = Form::tea().field("as_of", "2020-11-05T00:00:00+08:00").file("a.csv", ORDERS.as_bytes());
    let import = service.ended(&service.import(&form));
    assert_eq!(
        (&import["state"], &import["as_of"]),
        (&json!("finished"), &json!("2020-11-05T00:00:00+08:00"))
    );
    let older = ORDERS.replace("2020-10-20T20:00:03", "2020-10-20T20:00:09");
    let form = Form::tea().field("as_of", "2020-11-02T00:00:00+08:00").file("a.csv", older.as_bytes());
    let counts = service.ended(&service.import(&form))["report"]["orders"].clone();
    assert_eq!((&counts["updated"], &counts["duplicate"]), (&json!(0), &json!(7)), "{counts}");
}

#[test]
fn a_request_is_one_import_under_its_key() {
    let service = Service::start();
    let form = Form::tea().file("a.csv", ORDERS.as_bytes()).key("june");
    let first = service.import(&form);
    service.ended(&first);
    let again = service.call(form.request());
    assert_eq!((again.status, again.json()), (202, json!({"import_id": first, "state": "finished"})));
    for other in [
        Form::tea().file("a.csv", with_a_bad_row().as_bytes()),
        Form::tea().file("b.csv", ORDERS.as_bytes()),
        Form::tea().file("a.csv", ORDERS.as_bytes()).field("submit", "true"),
        Form::tea().file("a.csv", ORDERS.as_bytes()).field("as_of", "2020-11-02T00:00:00+08:00"),
        Form::default().field("mapping", &MAPPING.replace("Tea", "Mugs")).file("a.csv", ORDERS.as_bytes()),
    ] {
        let answer = service.call(other.key("june").request());
        assert_eq!((answer.status, answer.problem().1.as_str()), (409, "idempotency_conflict"));
    }
    assert_eq!(service.get("").json()["data"].as_array().unwrap().len(), 1);
    service.keeps(&[]);
}

#[test]
fn imports_and_their_bad_rows_come_in_pages() {
    let service = Service::start();
    let mut orders = export(0);
    for number in 0..450 {
        let _ = writeln!(
            orders,
            "n{number},u,2020-10-20T20:00:00,,,2020-11-01T00:00:00,tea,1,\"dear, {number}\n\""
        );
    }
    let mut ids: Vec<String> = (0..5)
        .map(|number| service.import(&Form::tea().file(&format!("{number}.csv"), orders.as_bytes())))
        .collect();
    let imports: Vec<Value> = ids.iter().map(|id| service.ended(id)).collect();
    assert!(imports.iter().all(|import| import["bad_rows"] == 450), "{}", imports[0]);
    ids.sort();
    let (mut listed, mut cursor) = (Vec::new(), String::new());
    for pages in [2, 2, 1] {
        let page = service.get(&format!("?limit=2&cursor={cursor}")).json();
        let rows = page["data"].as_array().unwrap();
        assert_eq!(rows.len(), pages);
        listed.extend(rows.iter().map(|row| row["import_id"].as_str().unwrap().to_owned()));
        page["next_cursor"].as_str().unwrap_or_default().clone_into(&mut cursor);
    }
    assert_eq!((listed, cursor.as_str()), (ids.clone(), ""));

    let (mut rows, mut cursor) = (Vec::new(), String::new());
    for count in [200, 200, 50] {
        let page = service.get(&format!("/{}/bad-rows?limit=200&cursor={cursor}", ids[0])).json();
        let data = page["data"].as_array().unwrap();
        assert_eq!(data.len(), count);
        rows.extend(data.iter().map(|row| row["value"].as_str().unwrap().to_owned()));
        page["next_cursor"].as_str().unwrap_or_default().clone_into(&mut cursor);
    }
    assert_eq!(rows.len(), 450);
    rows.sort();
    rows.dedup();
    assert_eq!((rows.len(), cursor.as_str()), (450, ""));
    for wrong in [
        "bad-rows?cursor=7",
        "bad-rows?cursor=99999999",
        "bad-rows?cursor=x",
        "bad-rows?limit=0",
        "bad-rows?format=xml",
    ] {
        let answer = service.get(&format!("/{}/{wrong}", ids[0]));
        assert_eq!((answer.status, answer.problem().1.as_str()), (422, "invalid_body"), "{wrong}");
    }
}
