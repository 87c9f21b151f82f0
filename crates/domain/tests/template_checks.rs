//! What is wrong with a template of messages is refused when it is saved, with the field that is at fault.

mod given;

use domain::message::{Channel, Kind, template::Template};
use given::templates::{changed, sms, template, wechat};
use serde_json::{Value as Json, json};

/// What an SMS can have wrong: the place that is changed, what stands there then, the field named, and the code.
const SMS: &str = r#"
/text | "" | text | required
/text | " \u3000 " | text | required
/text | "请在{deadline前支付" | text | unbalanced_braces
/text | "请在{{deadline}}前支付" | text | unbalanced_braces
/text | "请在{deadline}前支付{price}" | text | unknown_variable
/text | "请在{deadline}前支付{}" | text | unknown_variable
/text | "请在{deadline}前支付{refund}" | text | unknown_variable
/text | "{shop}{order}{goods}" | text | variable_missing
/text | "{shop}{order}{goods}{deadline}\u202e" | text | forbidden_sign
/text | "{shop}{order}{goods}{deadline}\n" | text | forbidden_sign
/text | "{shop}{order}{goods}{deadline}\u200b" | text | forbidden_sign
/text | "【茶】{shop}{order}{goods}{deadline}" | text | invalid_value
/text | "{shop}{order}{goods}{deadline} evil.com" | text | foreign_link
/text | "{shop}.com {order}{goods}{deadline}" | text | foreign_link
/text | "https://{shop} {order}{goods}{deadline}" | text | foreign_link
/text | "{order}{goods}{deadline} m.shop.cn{shop}" | text | foreign_link
/text | "{order}{goods}{deadline} https://m.shop.cn@{shop}" | text | foreign_link
/signature | "" | signature | out_of_range
/signature | "一一一一一一一一一一一一一一一一一一一一一" | signature | out_of_range
/signature | "【茶】" | signature | invalid_value
/signature | "{shop}" | signature | invalid_value
/signature | "茶\u202e" | signature | forbidden_sign
/host | "https://m.shop.cn" | host | invalid_value
/host | null | host | required
/providers/aliyun/code | "" | providers.aliyun.code | invalid_value
/providers/tencent/code | "模板" | providers.tencent.code | invalid_value
/providers/aliyun/parameters/no | "1" | providers.aliyun.parameters.no | unfilled_parameter
/providers/aliyun/parameters/no | "{" | providers.aliyun.parameters.no | unbalanced_braces
/providers/aliyun/parameters/no | "{x}" | providers.aliyun.parameters.no | unknown_variable
/providers/aliyun/parameters/no | "{order}{amount}" | providers.aliyun.parameters.no | unknown_variable
/providers/aliyun/parameters/no | "订单编号{order}" | providers.aliyun.parameters.no | too_long_text
/providers/aliyun/parameters/no | null | providers.aliyun.parameters | variable_missing
/providers/aliyun/parameters/2no | "{order}" | providers.aliyun.parameters.2no | invalid_value
/providers/tencent/parameters/1 | "{shop}" | providers.tencent.parameters | variable_missing
/providers/tencent/parameters/1 | "{link}" | providers.tencent.parameters[1] | wrong_key_type
/providers/tencent/parameters | [] | providers.tencent.parameters | variable_missing
/providers/tencent/parameters | ["{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}", "{shop}"] | providers.tencent.parameters | too_many
"#;

/// The same of a message of WeChat's.
const WECHAT: &str = r#"
/text | "{deadline}" | text | invalid_value
/wechat | null | wechat | required
/wechat/template_id | "" | wechat.template_id | invalid_value
/wechat/page | "https://evil.com" | wechat.page | invalid_value
/wechat/page | "pages/订单" | wechat.page | invalid_value
/wechat/page | "pages/o?id={no}" | wechat.page | unknown_variable
/wechat/page | "pages/o?id={link}" | wechat.page | wrong_key_type
/wechat/page | "{order}{order}" | wechat.page | invalid_value
/wechat/page | "p{order}{order}{order}{order}" | wechat.page | too_long_text
/wechat/data | {} | wechat.data | out_of_range
/wechat/data/amount | "{amount}" | wechat.data.amount | invalid_value
/wechat/data/first | "{shop}" | wechat.data.first | invalid_value
/wechat/data/thing1 | "{link}" | wechat.data.thing1 | wrong_key_type
/wechat/data/thing1 | "一一一一一一一一一一一一一一一一一一一一一" | wechat.data.thing1 | invalid_value
/wechat/data/thing1 | "订单{order}" | wechat.data.thing1 | too_long_text
/wechat/data/thing1 | " {shop}" | wechat.data.thing1 | invalid_value
/wechat/data/thing1 | "{shop}.com" | wechat.data.thing1 | foreign_link
/wechat/data/character_string2 | "{goods}" | wechat.data.character_string2 | wrong_key_type
/wechat/data/character_string2 | "订单" | wechat.data.character_string2 | invalid_value
/wechat/data/character_string2 | "号{items}" | wechat.data.character_string2 | invalid_value
/wechat/data/amount3 | "{items}" | wechat.data.amount3 | wrong_key_type
/wechat/data/amount3 | "{amount}元" | wechat.data.amount3 | wrong_key_type
/wechat/data/time4 | "{shop}" | wechat.data.time4 | wrong_key_type
/wechat/data/time4 | "今天" | wechat.data.time4 | invalid_value
/wechat/data/time4 | null | wechat.data | variable_missing
/wechat/data/phrase5 | "{shop}" | wechat.data.phrase5 | wrong_key_type
/wechat/data/name8 | "{shop}" | wechat.data.name8 | wrong_key_type
/wechat/data/phrase5 | "Waiting" | wechat.data.phrase5 | invalid_value
/wechat/data/phrase5 | "" | wechat.data.phrase5 | invalid_value
"#;

fn violations(kind: Kind, channel: Channel, json: Json) -> Vec<String> {
    let found = template(json).violations(kind, channel);
    found.into_iter().map(|violation| format!("{} {}", violation.field, violation.code)).collect()
}

/// Every line of a table, each in a template that is fine but for it.
fn check(cases: &str, channel: Channel, fine: impl Fn(&str) -> Json) {
    for case in cases.lines().filter(|line| !line.is_empty()) {
        let parts: Vec<&str> = case.split(" | ").collect();
        let [place, value, field, code] = parts[..] else { panic!("{case}") };
        let value: Json = serde_json::from_str(value).unwrap_or_else(|error| panic!("{case}: {error}"));
        let found = violations(Kind::PaymentReminder, channel, changed(fine(place), place, value));
        assert!(found.contains(&format!("{field} {code}")), "{case}: {found:?}");
    }
}

#[test]
fn fine_templates_have_no_violations() {
    assert_eq!(violations(Kind::PaymentReminder, Channel::Sms, sms()), [""; 0]);
    assert_eq!(violations(Kind::PaymentReminder, Channel::Wechat, wechat()), [""; 0]);
    let push = json!({"text": "{shop}: {order}, {deadline} {link}", "host": "m.shop.cn", "language": "en"});
    assert_eq!(violations(Kind::PaymentReminder, Channel::Push, push), [""; 0]);
    let offer = json!({"text": "{offer},详见 https://m.shop.cn/new ,拒收请回复R", "host": "m.shop.cn"});
    assert_eq!(violations(Kind::Marketing, Channel::Sms, offer), [""; 0]);
}

#[test]
fn what_is_wrong_with_an_sms() {
    let link = json!("{deadline} {link}");
    let fine = |place: &str| if place == "/host" { changed(sms(), "/text", link.clone()) } else { sms() };
    check(SMS, Channel::Sms, fine);
    let of = |text: String| violations(Kind::PaymentReminder, Channel::Sms, json!({"text": text}));
    assert_eq!(of("一".repeat(501)), ["text too_long_text"]);
    assert_eq!(of("https://m.shop.cn ".repeat(1_000_000)), ["text too_long_text"], "and it is not looked at");
    let nearly = format!("{{deadline}}{{order}}{}", "一".repeat(450));
    assert_eq!(of(nearly), ["text too_long_text"], "with its longest values");
    let twice = changed(sms(), "/wechat", wechat()["wechat"].clone());
    assert_eq!(violations(Kind::PaymentReminder, Channel::Sms, twice), ["wechat invalid_value"]);
}

/// A-S2-20: the keys of WeChat are typed, and what it would refuse with 47003 is refused here.
#[test]
fn a_s2_20_what_is_wrong_with_a_wechat_message() {
    check(WECHAT, Channel::Wechat, |_| wechat());
}

/// A-S2-14: an offer says how to get no more of them, and goes only where it may.
#[test]
fn a_s2_14_an_offer_names_the_way_out() {
    let found = violations(Kind::Marketing, Channel::Sms, json!({"text": "{offer}"}));
    assert_eq!(found, ["text no_opt_out"]);
    let push = json!({"text": "{offer},拒收请回复R", "signature": "茶"});
    let found = violations(Kind::Marketing, Channel::Push, push);
    assert_eq!(found, ["channel invalid_value", "signature invalid_value"]);
    let found = violations(Kind::PaymentReminder, Channel::Push, sms());
    assert_eq!(found, ["signature invalid_value", "providers invalid_value"]);
}

#[test]
fn unknown_fields_are_refused() {
    for place in ["/txt", "/providers/yunpian", "/providers/aliyun/sign", "/wechat"] {
        let json = changed(sms(), place, json!({"template_id": "t", "data": {}, "x": 1}));
        assert!(serde_json::from_value::<Template>(json).is_err(), "{place}");
    }
    assert!(serde_json::from_value::<Template>(json!({"text": "a", "language": "fr"})).is_err());
}
