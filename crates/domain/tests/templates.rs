//! What templates of messages render, whatever buyers and shops call themselves (A-S2-12, A-S2-20).
#![allow(clippy::unwrap_used, reason = "tests")]

mod given;

use domain::{
    Code, Lang, OrderId,
    message::{
        Channel, Kind,
        segments::{MOST_UNITS, segments, units},
        template::{
            Rendered, Template, Unfit,
            keys::KeyType,
            variables::{self, ValueType},
        },
        text,
        values::{Value, Values},
    },
};
use given::templates::{changed, sms, template, wechat};
use money::{Currency, Money};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use visible::links;

fn reminder() -> Values {
    Values::examples(Kind::PaymentReminder, Lang::Zh)
}

/// A-S2-12: an SMS with its signature and segments, and what each provider is given.
#[test]
fn a_s2_12_an_sms_is_rendered_for_everybody_who_may_send_it() {
    let sms = template(sms()).preview(Kind::PaymentReminder, Channel::Sms, Currency::CNY).unwrap();
    let text = "【老街茶铺】您在老街茶铺的订单20301104-0018(龙井100g 等2件)待支付,请在11月4日22:00前支付";
    assert_eq!((sms.text.as_str(), sms.segments, sms.signature.as_str()), (text, 1, "老街茶铺"));
    let aliyun = sms.aliyun.clone().unwrap();
    assert_eq!(
        (aliyun.code.as_str(), json!(aliyun.parameters)),
        (
            "SMS_1",
            json!({"shop": "老街茶铺", "no": "20301104-0018", "goods": "龙井100g 等2件", "by": "11月4日22:00前"})
        )
    );
    let tencent = sms.tencent.clone().unwrap();
    assert_eq!(tencent.parameters, ["老街茶铺", "20301104-0018", "龙井100g 等2件", "11月4日22:00"]);
    let kept = serde_json::to_string(&sms).unwrap();
    assert_eq!(serde_json::from_str::<Rendered>(&kept).unwrap(), sms, "it is kept with the message");
}

/// A-G-12: a preview shows amounts in the currency of the shop.
#[test]
fn a_g_12_a_preview_shows_the_money_of_the_shop() {
    let text = Template::of_text(Lang::Zh, "请付{amount},{deadline}前");
    for (code, shown) in [("CNY", "请付256.00元,"), ("JPY", "请付25600 JPY,"), ("KWD", "请付25.600 KWD,")]
    {
        let currency = Currency::find(code).unwrap();
        let said = text.preview(Kind::PaymentReminder, Channel::Push, currency).unwrap().text;
        assert!(said.starts_with(shown), "{said}");
    }
}

/// A-S2-20: typed keys are filled as WeChat wants them.
#[test]
fn a_s2_20_a_wechat_message_is_rendered_by_the_types_of_its_keys() {
    let message = template(wechat()).preview(Kind::PaymentReminder, Channel::Wechat, Currency::CNY).unwrap();
    assert_eq!(message.segments, 0);
    let wechat = message.wechat.unwrap();
    assert_eq!(wechat.page.as_deref(), Some("pages/order?id=20301104-0018"));
    assert_eq!(
        json!(wechat.data),
        json!({"thing1": "龙井100g 等2件", "character_string2": "20301104-0018", "amount3": "256.00元",
            "time4": "2030年11月4日 22:00", "phrase5": "待付款", "number6": "2", "thing7": "老街茶铺请您付款"})
    );
}

/// What cannot be said is held back with the name of the variable.
#[test]
fn a_s2_20_what_does_not_render_names_its_variable() {
    let held = |json: Json, channel, name: &str, value: Value| {
        let rendered = template(json).render(Kind::PaymentReminder, channel, &reminder().with(name, value));
        let unfit = rendered.expect_err(name);
        assert_eq!(unfit.code(), Code::ValueInvalid);
        unfit.variable
    };
    let big = Value::Amount(Money::from_minor(i64::MAX), Currency::CNY);
    assert_eq!(held(wechat(), Channel::Wechat, "amount", big), "amount");
    let dinar = Value::Amount(Money::from_minor(1), Currency::find("KWD").unwrap());
    assert_eq!(held(wechat(), Channel::Wechat, "amount", dinar), "amount");
    assert_eq!(held(wechat(), Channel::Wechat, "order", Value::Text("订单1".into())), "order");
    assert_eq!(held(wechat(), Channel::Wechat, "order", Value::Text("1".repeat(40))), "order");
    assert_eq!(held(sms(), Channel::Sms, "deadline", Value::Text("明天".into())), "deadline", "another type");
    let link = json!({"text": "{deadline} {link}", "host": "m.shop.cn"});
    for path in ["", "o/1", "//evil.com", "/a b", "/茶", "/@evil", &"/a".repeat(100)] {
        assert_eq!(held(link.clone(), Channel::Push, "link", Value::Link(path.into())), "link", "{path}");
    }
    assert_eq!(
        held(json!({"text": "{deadline} {link}"}), Channel::Push, "link", Value::Link("/a".into())),
        "link"
    );
    let nothing = template(sms()).render(Kind::PaymentReminder, Channel::Sms, &Values::default());
    assert_eq!(nothing, Err(Unfit { variable: "shop".into() }));
    let offer = template(json!({"text": "{offer} 拒收请回复R"}));
    let values = Values::examples(Kind::Marketing, Lang::Zh).with("offer", Value::Text("evil.com".into()));
    assert_eq!(offer.render(Kind::Marketing, Channel::Sms, &values), Err(Unfit { variable: "offer".into() }));
}

/// Names that buyers and shops give: cleaned, cut between letters, and a neutral word where nothing is left.
#[test]
fn hostile_names_are_harmless_in_a_message() {
    let shop = |name: &str| {
        let sms = template(json!({"text": "{shop},{deadline}", "signature": "茶"}));
        let values = reminder().with("shop", Value::Text(name.into()));
        sms.render(Kind::PaymentReminder, Channel::Sms, &values).unwrap().text
    };
    let cases = [
        ("点http://evil.com/领奖", "点 领奖"),
        ("\u{202e}\u{200b}", "本店"),
        ("【官方】", "官方"),
        ("😀茶铺", "😀茶铺"),
        ("{deadline}", "{deadline}"),
        ("非常非常非常非常非常非常非常非常非常长的店名", "非常非常非常非常非常非常非常非常非常长…"),
    ];
    for (name, told) in cases {
        assert_eq!(shop(name), format!("【茶】{told},11月4日22:00"), "{name}");
    }
    let values = reminder().with("goods", Value::Goods("龙井明前特级礼盒装春茶送礼佳品".repeat(3), 12));
    let rendered = template(sms()).render(Kind::PaymentReminder, Channel::Sms, &values).unwrap();
    assert!(rendered.text.contains("(龙井明前特级礼盒装春茶送礼佳品龙井明… 等12件)"), "{}", rendered.text);
}

/// A family is not parted, and a name gives way where a key has little room.
#[test]
fn a_s2_20_names_give_way_to_the_words_around_them() {
    let goods = |name: &str| {
        let json = json!({"wechat": {"template_id": "t", "data": {"thing1": "{goods},您好,请您尽快支付", "time1": "{deadline}"}}});
        let template = template(json);
        assert_eq!(template.violations(Kind::PaymentReminder, Channel::Wechat), []);
        let values = reminder().with("goods", Value::Text(name.into()));
        let rendered = template.render(Kind::PaymentReminder, Channel::Wechat, &values).unwrap();
        rendered.wechat.unwrap().data["thing1"].clone()
    };
    assert_eq!(goods("龙井100g"), "龙井100g,您好,请您尽快支付");
    assert_eq!(goods("龙井明前特级礼盒装新茶"), "龙井明前特级礼盒装…,您好,请您尽快支付");
    assert_eq!(goods("茶茶茶👨‍👩‍👧‍👦"), "茶茶茶…,您好,请您尽快支付");
}

/// What an order says of itself.
#[test]
fn the_values_of_an_order() {
    let order = given::order(10_000);
    let shop = domain::shop::Shop::with_defaults(
        domain::ShopId::try_new("tea").unwrap(),
        "老街茶铺",
        domain::shop::ShopKind::Sop,
    );
    let id = OrderId::try_new("红-1").unwrap();
    let values = Values::of_order(Kind::PaymentReminder, Some(&shop), &id, Some(&order));
    assert_eq!(values.get("shop"), Some(&Value::Text("老街茶铺".into())));
    assert_eq!(values.get("order"), Some(&Value::Text("红-1".into())));
    assert_eq!(values.get("amount"), Some(&Value::Amount(order.payable, Currency::CNY)));
    let pieces = order.lines.iter().map(|line| line.quantity).sum();
    assert_eq!(values.get("goods"), Some(&Value::Goods(order.lines[0].sku.to_string(), pieces)));
    let stranger = Values::of_order(Kind::PaymentReminder, None, &id, None);
    let plain = template(json!({"text": "{shop}{order}{goods}"}));
    assert_eq!(plain.render(Kind::PaymentReminder, Channel::Push, &stranger).unwrap().text, "本店红-1商品");
}

/// A refund's notice names what goes back, in the shop's currency.
#[test]
fn the_amount_of_a_refund() {
    let mut order = given::order(10_000);
    order.pay(given::payment(&order, "p1", 0, given::at("10T11:00:00"))).unwrap();
    let ask = domain::order::RefundAsk { lines: Vec::new(), amount: Some(given::fen(2_550)), fault: None };
    let refund = domain::order::refund(&order, &given::id("r1"), ask, given::at("11T00:00:00")).unwrap();
    let shop = domain::shop::Shop { name: "老街茶铺".into(), ..given::shop() };
    let values = Values::of_order(Kind::RefundApproved, Some(&shop), &order.order_id, Some(&order));
    let held = text::render(Kind::RefundApproved, Channel::Sms, Lang::Zh, &values);
    assert_eq!(held, Err(Unfit { variable: "refund".into() }), "nobody said which refund");
    let values = values.with_refund(&shop, refund.total());
    let told = text::render(Kind::RefundApproved, Channel::Sms, Lang::Zh, &values).unwrap().text;
    assert!(told.starts_with("【老街茶铺】您的订单") && told.contains("金额25.50元"), "{told}");
    let plain = text::text(Kind::RefundApproved, Channel::Sms, Some(&shop), &order.order_id, Some(&order));
    assert_eq!(plain.0, "您的退款已同意。", "without the amount it says no half of it");
}

/// What a platform sends as variables is typed, and everything else is named.
#[test]
fn variables_that_a_platform_sends_are_typed() {
    let shop = domain::shop::Shop::with_defaults(
        domain::ShopId::try_new("tea").unwrap(),
        "老街茶铺",
        domain::shop::ShopKind::Sop,
    );
    let read = |json: Json| Values::read(Kind::PurchaseOrder, json.as_object().unwrap(), &shop);
    let fine =
        read(json!({"order": "PO-1", "items": 3, "amount": 12_800, "deadline": "2030-11-04T22:00:00+08:00"}));
    let told = template(json!({"text": "{order} {items} {amount} {deadline}", "signature": "茶"}));
    let told = told.render(Kind::PurchaseOrder, Channel::Sms, &fine.unwrap()).unwrap();
    assert_eq!(told.text, "【茶】PO-1 3 128.00元 11月4日22:00");
    for (json, code) in [
        (json!({"offer": "x"}), Code::UnknownVariable),
        (json!({"order": 1}), Code::ValueInvalid),
        (json!({"items": -1}), Code::ValueInvalid),
        (json!({"items": "3"}), Code::ValueInvalid),
        (json!({"amount": 1.5}), Code::ValueInvalid),
        (json!({"amount": -1}), Code::ValueInvalid),
        (json!({"deadline": "tomorrow"}), Code::ValueInvalid),
    ] {
        let found = read(json.clone()).unwrap_err();
        assert_eq!(found.iter().map(|v| v.code).collect::<Vec<_>>(), [code], "{json}");
        assert!(found[0].field.starts_with("variables."), "{json}");
    }
}

/// Every variable's example fits it, in both languages.
#[test]
fn every_variable_has_an_example_that_fits() {
    for &kind in Kind::ALL {
        for language in [Lang::Zh, Lang::En] {
            for variable in variables::variables(kind) {
                let mut template = Template::of_text(language, format!("{{{}}}", variable.name));
                template.host = Some("m.shop.cn".into());
                let rendered = template.preview(kind, Channel::Push, Currency::CNY).unwrap();
                assert!(
                    units(&rendered.text) <= variable.most + 20 && !rendered.text.is_empty(),
                    "{kind:?} {variable:?}"
                );
                assert!(!variable.means.zh.is_empty() && !variable.means.en.is_empty());
            }
        }
    }
}

/// Letters that make links, hide, turn, count double or join.
fn name() -> impl Strategy<Value = String> {
    let sign = prop_oneof![
        prop::sample::select(vec![
            ".", "．", "。", ":", "/", "://", "https", "com", "cn", "a", "茶", "铺", "-", "@", " ", "\n",
            "\u{202e}", "\u{200b}", "\u{200d}", "\u{fe0f}", "\u{301}", "😀", "👩", "1", "【", "】", "{", "}",
            "{order}",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(sign, 0..30).prop_map(|signs| signs.concat())
}

proptest! {
    #![proptest_config(given::cases(2_000))]

    /// Whatever the names are: nothing is longer than was declared, segments are those of the text, no link leads
    /// elsewhere, and every provider gets the same values; or the variable is named.
    #[test]
    fn a_s2_12_rendering_never_exceeds_what_was_declared(
        shop in name(), order in name(), goods in name(), pieces in 0_u64..2_000, minor in any::<i64>()
    ) {
        let values = reminder()
            .with("shop", Value::Text(shop))
            .with("order", Value::Text(order))
            .with("goods", Value::Goods(goods, pieces))
            .with("items", Value::Number(pieces))
            .with("amount", Value::Amount(Money::from_minor(minor), Currency::CNY));
        let own = changed(sms(), "/signature", Json::Null);
        let rendered = template(own).render(Kind::PaymentReminder, Channel::Sms, &values);
        match rendered {
            Err(unfit) => prop_assert!(variables::find(Kind::PaymentReminder, &unfit.variable).is_some()),
            Ok(sms) => {
                prop_assert!(units(&sms.text) <= MOST_UNITS && sms.segments == segments(&sms.text));
                prop_assert_eq!(links::foreign(&sms.text, Some("m.shop.cn")), None);
                prop_assert_eq!(sms.text.matches('【').count(), 1);
                let aliyun = sms.aliyun.unwrap().parameters;
                prop_assert!(aliyun.values().all(|value| (1..=35).contains(&units(value))));
                let tencent = sms.tencent.unwrap().parameters;
                prop_assert!(tencent.iter().all(|value| sms.text.contains(value.as_str())));
                prop_assert_eq!(tencent.first(), aliyun.get("shop"));
            }
        }
        match template(wechat()).render(Kind::PaymentReminder, Channel::Wechat, &values) {
            Err(unfit) => prop_assert!(["order", "amount"].contains(&unfit.variable.as_str()), "{unfit:?}"),
            Ok(message) => {
                let wechat = message.wechat.unwrap();
                for (key, value) in &wechat.data {
                    prop_assert!(KeyType::of(key).unwrap().fits(value), "{key} {value:?}");
                }
                prop_assert!(wechat.page.unwrap().bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
    }

    /// Whatever a template is: without violations it renders its examples, within its lengths.
    #[test]
    fn a_template_without_violations_has_a_preview(
        parts in prop::collection::vec(prop_oneof![
            name(),
            prop::sample::select(variables::variables(Kind::PaymentReminder).to_vec()).prop_map(|v| format!("{{{}}}", v.name)),
        ], 0..8),
        key in prop::sample::select(vec!["thing1", "character_string1", "amount1", "time1", "number1", "name1", "phrase1"]),
    ) {
        let text = parts.concat();
        let sms = json!({"text": format!("{text} {{deadline}}"), "host": "m.shop.cn"});
        let sms = template(sms);
        if sms.violations(Kind::PaymentReminder, Channel::Sms).is_empty() {
            let rendered = sms.preview(Kind::PaymentReminder, Channel::Sms, Currency::CNY);
            prop_assert!(rendered.as_ref().is_ok_and(|sms| units(&sms.text) <= MOST_UNITS), "{sms:?} {rendered:?}");
        }
        let mut wechat = template(json!({"wechat": {"template_id": "t", "data": {"date9": "{deadline}"}}}));
        wechat.wechat.as_mut().unwrap().data.insert(key.to_owned(), text);
        if wechat.violations(Kind::PaymentReminder, Channel::Wechat).is_empty() {
            let rendered = wechat.preview(Kind::PaymentReminder, Channel::Wechat, Currency::CNY);
            prop_assert!(rendered.is_ok(), "{wechat:?} {rendered:?}");
        }
    }
}

/// The types of values are told apart.
#[test]
fn a_value_goes_only_where_its_type_is_wanted() {
    assert!(Value::Text(String::new()).is_a(ValueType::Code) && !Value::Number(1).is_a(ValueType::Text));
    assert!(
        Value::Goods(String::new(), 1).is_a(ValueType::Text)
            && !Value::Goods(String::new(), 1).is_a(ValueType::Code)
    );
}
