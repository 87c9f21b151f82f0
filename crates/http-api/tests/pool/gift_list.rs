//! The warehouse's list, as CSV and as a workbook that is opened again.

use crate::support::{Service, order, t};
use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};
use std::io::Cursor;

/// Two toys by rank, and a cup that a person added to an order whose id a spreadsheet would run.
fn service() -> Service {
    let service = Service::first_two();
    service.clock("10-21");
    service.bring(&[
        order("-2.5", "-u2", "10-20 20:00:02"),
        order("O1", "u1", "10-20 20:00:01"),
        order("O3", "u3", "10-20 20:00:03"),
    ]);
    service.clock("10-29");
    service.ok("POST", "/gift-strategies/first/override", &Value::Null);
    service.clock("10-29 00:00:01");
    let cup = json!({"sku": "-cup", "quantity": 3, "reason": "sorry"});
    let (status, said) = service.call("POST", "/pool-orders/O3/gifts", &cup);
    assert_eq!(status, 201, "{said}");
    service
}

#[test]
fn csv_never_runs_as_a_formula() {
    let service = service();
    let (status, text) = service.bytes("GET", "/v1/shops/s/gift-list", "", b"");
    let text = String::from_utf8(text).unwrap();
    assert_eq!(status, 200);
    let at = |second: &str| t(&format!("10-20 20:00:{second}"));
    let want = [
        "\u{feff}order_id,customer_id,stage,sku,quantity,rank,strategy_id,basis_at,manual".to_owned(),
        format!("O1,u1,presale_pool,toy,1,1,first,{},no", at("01")),
        format!("'-2.5,'-u2,presale_pool,toy,1,2,first,{},no", at("02")),
        "O3,u3,presale_pool,'-cup,3,,,,yes".to_owned(),
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), want);
    let (_, one) = service.bytes("GET", "/v1/shops/s/gift-list?strategy=first&format=csv", "", b"");
    assert_eq!(String::from_utf8(one).unwrap().lines().collect::<Vec<_>>(), want[..3]);
}

#[test]
fn a_workbook_holds_text_as_text_and_figures_as_numbers() {
    let service = service();
    let (status, bytes) = service.bytes("GET", "/v1/shops/s/gift-list?format=xlsx", "", b"");
    assert_eq!(status, 200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let name = book.sheet_names()[0].clone();
    assert_eq!(book.worksheet_formula(&name).unwrap().used_cells().count(), 0, "no formula");
    let sheet = book.worksheet_range(&name).unwrap();
    assert_eq!(sheet.height(), 4);
    let cell = |row, column| sheet.get_value((row, column)).cloned().unwrap_or(Data::Empty);
    assert_eq!(cell(0, 0), Data::String("order_id".into()));
    assert_eq!((cell(2, 0), cell(2, 1)), (Data::String("-2.5".into()), Data::String("-u2".into())));
    assert_eq!((cell(1, 4), cell(2, 5)), (Data::Float(1.0), Data::Float(2.0)));
    assert_eq!((cell(3, 3), cell(3, 4)), (Data::String("-cup".into()), Data::Float(3.0)));
    assert_eq!((cell(3, 5), cell(3, 8)), (Data::Empty, Data::String("yes".into())));
}

#[test]
fn an_empty_list_has_its_heading() {
    let service = Service::empty();
    let (status, text) = service.bytes("GET", "/v1/shops/s/gift-list", "", b"");
    assert_eq!((status, String::from_utf8(text).unwrap().lines().count()), (200, 1));
    let (status, bytes) = service.bytes("GET", "/v1/shops/s/gift-list?format=xlsx", "", b"");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let name = book.sheet_names()[0].clone();
    assert_eq!((status, book.worksheet_range(&name).unwrap().height()), (200, 1));
}

#[test]
fn s4_r06_what_the_warehouse_has_stays_in_the_list_after_a_rerun() {
    let service = service();
    let ids = json!({"order_ids": ["O1"]});
    assert_eq!(service.moved("transfer-out", &ids), ["O1 done review"]);
    let early = json!({"order_ids": ["O1"], "accept_unpaid": true, "reason": "it goes early"});
    assert_eq!(service.moved("fulfil", &early), ["O1 done fulfilment"]);
    service.ok("POST", "/presale-strategies/p/rerun", &json!({"activation_at": t("10-30")}));
    service.clock("10-29 00:00:02");
    let (_, text) = service.bytes("GET", "/v1/shops/s/gift-list?strategy=first", "", b"");
    let text = String::from_utf8(text).unwrap();
    let rows: Vec<_> = text.lines().skip(1).map(|row| row.split_once(",toy").unwrap().0).collect();
    assert_eq!(rows, ["O1,u1,fulfilment"]);
}
