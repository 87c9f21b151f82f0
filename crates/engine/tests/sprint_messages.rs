//! What members of a sprint are told: what is missing before it ends, to confirm receipt before the draw, that they have won.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::campaign::{Action, Terms, Version, sprint::Do};
use domain::catalog::Scope;
use domain::message::{Channel, Kind, MessageStatus};
use domain::shop::QuietHours;
use engine::Command;
use serde_json::json;
use store_sqlite::SqliteStore;
use support::{batch::*, messages::*, *};

const DAY: i64 = 24 * 60;
const ALL: [Kind; 3] = [Kind::SprintReminder, Kind::SprintReceipt, Kind::SprintPrize];

/// Enrollment of two days, a sprint of the second one to the end of the fourth, the draw four days later.
fn sprinting(award_by: &str) -> Command {
    let window = |from: i64, to: i64| json!({ "starts_at": at(from * DAY).to_string(), "ends_at": at(to * DAY).to_string() });
    let terms = json!({
        "waves": [{ "wave_id": "w1", "enrollment": window(0, 2), "sprint": window(1, 4), "draw_at": at(8 * DAY).to_string(),
            "award": window(8, 10), "redemption": window(8, 20) }],
        "tiers": [{ "threshold": 280_00, "prize": { "kind": "coupon", "batch_id": "BA_1", "release_quantity": 10 } },
            { "threshold": 500_00, "prize": { "kind": "goods", "sku": "CUP", "stock": 1 } }],
        "award_by": award_by,
    });
    let version = Version {
        name: "冲刺".into(),
        starts_at: at(0),
        ends_at: at(20 * DAY),
        scope: Scope::default(),
        terms: Terms::Sprint(serde_json::from_value(terms).unwrap()),
        made_at: at(0),
    };
    Command::CreateCampaign {
        campaign_id: Some(id("plan")),
        version: Box::new(version),
        publish: true,
        digest: String::new(),
    }
}

fn begun(run: Run, award_by: &str) -> Run {
    run.ok(Command::PutShop(Box::new(shop("s1"))));
    let until = 30 * DAY;
    run.ok(BatchDeal { quantity: 1_000, per_customer: 4, until, ..BatchDeal::default() }.create("BA_1"));
    run.ok(sprinting(award_by));
    run.advance(at(1));
    run
}

fn enroll(run: &Run, customer: &str) {
    let enroll = Do::Enroll { campaign_id: id("plan"), wave_id: None, customer_id: id(customer) };
    run.ok(Command::Act(Action::Sprint(enroll)));
}

fn buys(run: &Run, order: &str, customer: &str) {
    let now = run.engine.now();
    run.apply(&placed(order, customer, now));
    run.apply(&paid(order, &format!("p.{order}"), PAYABLE, now));
}

/// Kind, customer, whether it went, why not, in the order of their making.
fn said(run: &Run) -> Vec<(Kind, String, bool, Option<&'static str>)> {
    let page = port::Page { after: None, limit: 1_000 };
    let found = run.reader().messages(&run.shop, &port::MessageFilter::default(), &page).unwrap().into_iter();
    let found = found.filter(|message| ALL.contains(&message.kind));
    found
        .map(|message| {
            let went = message.status == MessageStatus::Sent;
            (message.kind, message.customer_id.to_string(), went, message.code.map(domain::Code::as_str))
        })
        .collect()
}

/// S3-R06, S2-R11: each is told what concerns them, once, also after a restart; nobody else is told anything.
#[test]
fn s3_r06_members_are_told_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let open = || Run::on(Box::new(SqliteStore::open(&path).unwrap()));
    let run = begun(open(), "push");
    run.buys_sms("p1", 500);
    settings(&run, on(&ALL), None);
    for customer in ["away", "short", "waits", "ready"] {
        enroll(&run, customer);
    }
    run.advance(at(2 * DAY));
    buys(&run, "o1", "waits");
    buys(&run, "o2", "ready");
    run.apply(&received("o2", at(2 * DAY)));
    buys(&run, "o3", "ready");
    run.apply(&received("o3", at(2 * DAY)));
    assert_eq!(said(&run), []);
    run.advance(at(3 * DAY));
    let reminder = |customer: &str| (Kind::SprintReminder, customer.to_owned(), true, None);
    let told = [reminder("away"), reminder("short"), reminder("waits")];
    assert_eq!(said(&run), told, "a day before the end, by their ids; `ready` has reached all there is");
    drop(run);
    let run = open();
    run.advance(at(7 * DAY));
    assert_eq!(
        said(&run)[3..],
        [(Kind::SprintReceipt, "waits".to_owned(), true, None)],
        "a day before the draw"
    );
    run.apply(&received("o1", at(7 * DAY)));
    run.advance(at(8 * DAY));
    let won = |customer: &str| (Kind::SprintPrize, customer.to_owned(), true, None);
    assert_eq!(said(&run)[4..], [won("waits"), won("ready")]);
    assert_eq!(run.audit().findings, []);
}

/// S2-R11, S2-R15: nothing is told, and nothing written, of what the shop has not switched on; what is on and cannot go says
/// why; in quiet hours it waits for their end.
#[test]
fn s2_r11_what_is_off_is_not_told() {
    let run = begun(Run::in_memory().0, "claim");
    enroll(&run, "u1");
    run.advance(at(2 * DAY));
    buys(&run, "o1", "u1");
    run.advance(at(7 * DAY));
    assert_eq!(said(&run), [], "a shop that never asked for messages");
    run.buys_sms("p1", 500);
    let quiet = QuietHours::try_new("00:00", "23:59").unwrap();
    let mut chosen = on(&[Kind::SprintPrize]);
    chosen.quiet_hours.insert(Channel::Sms, quiet);
    settings(&run, chosen, None);
    run.apply(&received("o1", at(7 * DAY)));
    run.advance(at(8 * DAY));
    let told = said(&run);
    assert_eq!(told.len(), 1, "no reminder of receipts: {told:?}");
    assert_eq!((told[0].0, told[0].2), (Kind::SprintPrize, false), "it waits");
    run.advance(at(9 * DAY));
    assert_eq!(run.audit().findings, []);
}
