//! Surveys, and what is told of payments and links beside them.

use super::*;

/// From 50.00 on these questions; runs from 09:00 to 20:00.
fn survey(questions: &Value) -> Value {
    let mut form = draw("s", &Value::Null);
    form["terms"]["tiers"][0]["action"] = json!({ "kind": "survey", "questions": questions });
    form
}

fn questions() -> Value {
    json!([
        { "question_id": "taste", "text": "口味", "kind": "single", "options": ["浓", "淡"] },
        { "question_id": "more", "text": "还想买", "kind": "multiple", "options": ["茶", "杯"], "optional": true },
        { "question_id": "why", "text": "为什么", "kind": "free", "optional": true },
    ])
}

/// S2-R05: answers are an object by question; what does not fit is 422 with the question at fault, and other answers than the
/// first are 409: the first stand, and the same again answer the same.
#[test]
fn s2_r05_answers_are_told_once() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &survey(&questions()));
    service.clock("10:00");
    service.pay("o1", Some("t-1"));
    let play = format!("/rewards/{}/play", service.reward("o1"));
    let said = |answers: Value| json!({ "customer_id": "customer-of-o1", "answers": answers });
    for (answers, field, code) in [
        (json!({}), "answers.taste", "required"),
        (json!({ "taste": "酸" }), "answers.taste", "invalid_value"),
        (json!({ "taste": "浓", "why": " " }), "answers.why", "required"),
        (json!({ "taste": "浓", "why": "长".repeat(501) }), "answers.why", "too_long_text"),
        (json!({ "taste": "浓", "colour": "red" }), "answers.colour", "not_found"),
    ] {
        let problem = service.is(422, "POST", &play, &said(answers));
        assert_eq!(problem["code"], "invalid_answers", "{problem}");
        let found = &problem["violations"][0];
        assert_eq!((&found["field"], &found["code"]), (&json!(field), &json!(code)), "{problem}");
    }
    let whole = json!({ "taste": "浓", "more": ["茶"], "why": "长".repeat(500) });
    let first = service.is(200, "POST", &play, &said(whole.clone()));
    assert_eq!(service.is(200, "POST", &play, &said(whole.clone())), first);
    let mut alone = whole.clone();
    alone["more"] = json!("茶");
    assert_eq!(service.is(200, "POST", &play, &said(alone)), first, "one option is a list of one");
    for (field, value) in [("taste", json!("淡")), ("more", json!([])), ("why", json!("短"))] {
        let mut other = whole.clone();
        other[field] = value;
        assert_eq!(service.is(409, "POST", &play, &said(other))["code"], "idempotency_conflict", "{field}");
    }
    assert_eq!(service.is(200, "GET", "/campaigns/s/survey", &Value::Null)["answered"], 1);
}

/// S2-R05: once something was given, a question that was asked stays what it was: its place is named where it is taken away,
/// worded anew, asked otherwise or loses an option. Questions and options may be added, and figures and the file tell all.
#[test]
fn s2_r05_a_question_that_was_asked_stays() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &survey(&questions()));
    let terms = |questions: &Value| json!({ "terms": survey(questions)["terms"] });
    let mut typo = questions();
    typo[0]["text"] = json!("口味？");
    typo.as_array_mut().unwrap().remove(1);
    service.is(200, "PATCH", "/campaigns/s", &terms(&typo));
    assert_eq!(
        service.is(200, "GET", "/campaigns/s/survey", &Value::Null)["questions"].as_array().unwrap().len(),
        2
    );
    service.is(200, "PATCH", "/campaigns/s", &terms(&questions()));
    service.clock("10:00");
    service.pay("o1", Some("t-1"));
    let list = "terms.tiers[0].action.questions";
    for (path, value, field) in [
        ("/0/question_id", json!("flavour"), list.to_owned()),
        ("/2/question_id", json!("because"), list.to_owned()),
        ("/0/text", json!("颜色"), format!("{list}[0].text")),
        ("/0/kind", json!("multiple"), format!("{list}[0].kind")),
        ("/1/options", json!(["茶", "壶"]), format!("{list}[1].options")),
    ] {
        let mut changed = questions();
        *changed.pointer_mut(path).unwrap() = value;
        let problem = service.is(422, "PATCH", "/campaigns/s", &terms(&changed));
        let found = &problem["violations"];
        assert_eq!(found.as_array().unwrap().len(), 1, "{problem}");
        assert_eq!(
            (&found[0]["field"], &found[0]["code"]),
            (&json!(field), &json!("immutable_field")),
            "{path}"
        );
        let mut whole = survey(&changed);
        whole["campaign_id"] = "s".into();
        let judged = service.is(200, "POST", "/campaigns/validate", &whole);
        let fields: Vec<_> =
            judged["violations"].as_array().unwrap().iter().map(|found| &found["field"]).collect();
        assert_eq!(fields, [&json!(field)], "{judged}");
    }
    let coupon = json!({ "terms": { "tiers": [{ "min_paid": 5000, "action": { "kind": "coupon", "batch_id": "b1" } }] } });
    service.refuses("invalid_terms", &[list], "PATCH", "/campaigns/s", &coupon);
    let mut more = questions();
    more[0]["options"] = json!(["浓", "中", "淡"]);
    more.as_array_mut().unwrap().insert(0, json!({ "question_id": "new", "text": "新", "kind": "free" }));
    service.is(200, "PATCH", "/campaigns/s", &terms(&more));
    let answers = json!({ "customer_id": "customer-of-o1", "answers": { "taste": "浓", "more": "杯" } });
    service.is(200, "POST", &format!("/rewards/{}/play", service.reward("o1")), &answers);
    let told = service.is(200, "GET", "/campaigns/s/survey", &Value::Null);
    let ids: Vec<_> =
        told["questions"].as_array().unwrap().iter().map(|asked| &asked["question_id"]).collect();
    assert_eq!(ids, ["new", "taste", "more", "why"]);
    let options = &told["questions"][1]["options"];
    assert_eq!((&options[0]["count"], &options[1]["count"]), (&json!(1), &json!(0)), "{told}");
    let path = format!("{SHOP}/campaigns/s/survey/export");
    let (_, file) = service.ask(Some("sandbox"), "GET", &path, &Value::Null, &[]);
    let lines: Vec<&str> = file.lines().collect();
    assert!(lines[0].ends_with("新,口味,还想买,为什么") && lines[1].ends_with(",,浓,杯,"), "{file}");
}

/// S2-R05: two tiers that ask by one id ask the same, for their answers are counted together.
#[test]
fn s2_r05_two_tiers_do_not_share_an_id_for_two_questions() {
    let service = Service::open();
    let mut form = survey(&questions());
    let mut higher = form["terms"]["tiers"][0].clone();
    higher["min_paid"] = json!(9000);
    form["terms"]["tiers"].as_array_mut().unwrap().push(higher);
    let judged = |form: &Value| service.is(200, "POST", "/campaigns/validate", form)["violations"].clone();
    assert_eq!(judged(&form), json!([]));
    form["terms"]["tiers"][1]["action"]["questions"][2]["text"] = json!("别的");
    let found = judged(&form);
    assert_eq!(found[0]["field"], "terms.tiers[1].action.questions[2].question_id", "{found}");
    assert_eq!(found[0]["code"], "duplicate");
}

/// S2-R05, A-S2-16: a draw asks nothing: answers to it are refused, not left out silently.
#[test]
fn s2_r05_a_draw_takes_no_answers() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &draw("c", &odds()));
    service.clock("10:00");
    service.pay("o1", Some("t-1"));
    let play = format!("/rewards/{}/play", service.reward("o1"));
    let body = json!({ "customer_id": "customer-of-o1", "answers": { "taste": "浓" } });
    for _ in 0..2 {
        let problem = service.is(422, "POST", &play, &body);
        assert_eq!(problem["violations"][0]["field"], "answers.taste", "{problem}");
        service.play("o1");
    }
}

/// A-S2-16: an empty transaction id is none: it is refused with its field, and so is one of more than 128 bytes. The event
/// comes again under a new id, with the same payment.
#[test]
fn a_s2_16_a_transaction_id_is_1_to_128_bytes() {
    let service = Service::open();
    service.is(201, "POST", "/campaigns", &draw("c", &odds()));
    service.clock("10:00");
    service.pay("o1", None);
    let payment = |transaction: &str| json!({ "order_id": "o1", "payment_id": "p-o1", "stage": "full", "method": "wechat", "amount": 6000, "transaction_id": transaction });
    let tell = |id: &str, transaction: &str| {
        let told = json!([event("payment.succeeded", id, &payment(transaction))]);
        service.is(200, "POST", "/events", &told)["results"][0].clone()
    };
    for (id, transaction) in [("empty", String::new()), ("long", "t".repeat(129))] {
        let refused = tell(id, &transaction);
        assert_eq!(refused["outcome"], "rejected", "{refused}");
        assert!(refused.to_string().contains("data.transaction_id"), "{refused}");
    }
    let play = format!("/rewards/{}/play", service.reward("o1"));
    let by = json!({ "customer_id": "customer-of-o1" });
    service.refuses("awaiting_transaction_id", &[], "POST", &play, &by);
    assert_eq!(tell("later", &"t".repeat(128))["outcome"], "applied");
    service.is(200, "POST", &play, &by);
}

/// S2-R07: beyond the cap of extra chances a link says so in its own words.
#[test]
fn s2_r07_a_link_beyond_its_cap_says_what_is_full() {
    let service = Service::open();
    let mut form = draw("c", &odds());
    form["terms"]["extra_chances"] = json!(1);
    service.is(201, "POST", "/campaigns", &form);
    service.clock("10:00");
    service.pay("o1", Some("t-1"));
    let rewards = service.is(200, "GET", "/orders/o1/rewards", &Value::Null);
    let link = rewards["data"][0]["link"].as_str().unwrap().strip_prefix(SHOP).unwrap().to_owned();
    let follow = format!("{link}/follow");
    service.is(204, "POST", &follow, &json!({ "customer_id": "friend" }));
    let problem = service.is(409, "POST", &follow, &json!({ "customer_id": "another" }));
    assert_eq!(problem["code"], "total_limit");
    assert!(problem["detail"].as_str().unwrap().contains("may bring 1 extra chances"), "{problem}");
    for words in ["title", "title_zh", "detail"] {
        let said = problem[words].as_str().unwrap();
        assert!(!said.contains("coupon") && !said.contains("券"), "{problem}");
    }
}
