//! The tables and examples of `docs/messages.md`, in both languages, are what the code renders. When a text or a variable
//! changes, this test says what to put there.
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::shop::{Shop, ShopKind};
use domain::{
    Code, Lang,
    campaign::field::Words,
    message::{
        Channel, Kind,
        alerts::Alert,
        differences::{Figures, OfDay},
        segments::{segments, units},
        template::{Template, keys, variables, variables::ValueType},
        text,
        values::Values,
    },
};
use money::Currency;
use std::{fmt::Write, path::Path};

fn page(language: Lang) -> String {
    let name = language.pick("messages.md", "messages.zh-CN.md");
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)).unwrap()
}

/// A block stands on the page, or is left where it can be taken from.
fn stands(language: Lang, name: &str, block: &str) {
    if !page(language).contains(block) {
        let file = format!("{name}.{}.md", language.pick("en", "zh"));
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
        std::fs::write(&made, block).unwrap();
        panic!("docs/messages has another table of {name}; put there what is in {}", made.display());
    }
}

const BOTH: [Lang; 2] = [Lang::En, Lang::Zh];

/// The text of a kind on a channel with example values.
fn told(kind: Kind, channel: Channel, language: Lang) -> String {
    text::render(kind, channel, language, &Values::examples(kind, language)).unwrap().text
}

/// S2-R17, A-S1-27: every text that is sent without a template of the shop's.
#[test]
fn s2_r17_the_texts_on_the_page_are_those_that_are_sent() {
    for language in BOTH {
        let mut table = language
            .pick(
                "| Kind | Channel | SMS | Chinese | English |\n|---|---|---|---|---|\n",
                "| 消息 | 渠道 | 短信条数 | 中文 | 英文 |\n|---|---|---|---|---|\n",
            )
            .to_owned();
        for &kind in Kind::ALL {
            for &channel in kind.about().channels {
                let (zh, en) = (told(kind, channel, Lang::Zh), told(kind, channel, Lang::En));
                let sms = if channel == Channel::Sms { segments(&zh).to_string() } else { String::new() };
                let name =
                    format!("`{kind}` {name}", kind = kind.as_str(), name = language.of(kind.about().name));
                let _ = writeln!(table, "| {name} | {} | {sms} | {zh} | {en} |", channel.as_str());
            }
        }
        stands(language, "texts", &table);
    }
}

/// S2-R14, A-S2-12: the mail of every alert.
#[test]
fn s2_r14_a_s2_12_the_mails_on_the_page_are_those_that_are_sent() {
    let day = OfDay {
        day: "2030-11-03".to_owned(),
        figures: Figures { messages: 2, segments: 2, provider_segments: 5 },
    };
    let alerts = [
        Alert::LowBalance { free: 98, alert_below: 100 },
        Alert::Difference { days: vec![day], difference: 3 },
        Alert::TemplateBlocked {
            kind: Kind::Shipped,
            channel: Channel::Sms,
            version: 2,
            provider_code: "isv.SMS_TEMPLATE_ILLEGAL".to_owned(),
        },
        Alert::SprintInvited {
            sprint_id: "plan".parse().unwrap(),
            name: "双11冲刺".to_owned(),
            starts_at: "2030-10-20T00:00:00+08:00".to_owned(),
            opens_at: Some("2030-10-10T00:00:00+08:00".to_owned()),
        },
        Alert::SprintAnnounced {
            sprint_id: "plan".parse().unwrap(),
            name: "双11冲刺".to_owned(),
            starts_at: "2030-10-20T00:00:00+08:00".to_owned(),
            thresholds: vec![money::Money::from_minor(20_000)],
        },
        Alert::SprintRevised {
            sprint_id: "plan".parse().unwrap(),
            name: "双11冲刺".to_owned(),
            revision: 2,
            starts_at: "2030-10-21T00:00:00+08:00".to_owned(),
        },
        Alert::SprintPrizeDue {
            sprint_id: "plan".parse().unwrap(),
            name: "双11冲刺".to_owned(),
            starts_at: "2030-10-20T00:00:00+08:00".to_owned(),
            standing: "accepted".to_owned(),
            missing: vec![0],
        },
        Alert::SprintClosed {
            sprint_id: "plan".parse().unwrap(),
            name: "双11冲刺".to_owned(),
            code: Some(domain::Code::PrizeMissing),
        },
    ];
    assert_eq!(alerts.each_ref().map(Alert::event_type), Alert::TYPES);
    let shop = Shop::with_defaults("tea".parse().unwrap(), "老街茶铺", ShopKind::Sop);
    for language in BOTH {
        let mut table = language
            .pick(
                "| Event | Subject | Chinese | English |\n|---|---|---|---|\n",
                "| 事件 | 主题 | 中文 | 英文 |\n|---|---|---|---|\n",
            )
            .to_owned();
        for alert in &alerts {
            let (name, mail) = (alert.event_type(), alert.mail(&shop));
            let [zh, en] = [&mail.zh, &mail.en].map(|text| text.replace('\n', "<br>"));
            assert!(zh.contains('您') && !zh.contains('你') && zh.contains("老街茶铺"), "{zh}");
            let _ = writeln!(table, "| `{name}` | {} | {zh} | {en} |", mail.subject);
        }
        stands(language, "alerts", &table);
    }
}

/// Chinese texts say 您 and name the shop; those about an order name it and its goods, reminders the deadline.
#[test]
fn a_s1_27_texts_name_what_they_are_about() {
    for &kind in Kind::ALL {
        for &channel in kind.about().channels {
            let zh = told(kind, channel, Lang::Zh);
            assert!(zh.contains('您') && !zh.contains('你'), "{zh}");
            assert!(zh.contains("老街茶铺"), "{zh}");
            let of_order = variables::find(kind, "order").is_some();
            assert!(!of_order || (zh.contains("20301104-0018") && zh.contains("龙井100g 等2件")), "{zh}");
            let dated = variables::find(kind, "deadline").is_some();
            assert_eq!(zh.contains("11月4日22:00前"), dated, "{zh}");
            for text in [zh, told(kind, channel, Lang::En)] {
                assert!(!text.contains("小时") && !text.to_lowercase().contains("hour"), "{text}");
                assert!(!text.contains(['{', '}']) && units(&text) <= 200, "{text}");
            }
        }
    }
}

/// A-S1-27: without a deadline there is none in the text, and no hole either.
#[test]
fn a_s1_27_a_text_without_a_deadline_is_whole() {
    for &kind in Kind::ALL {
        for &channel in kind.about().channels {
            for language in BOTH {
                let mut values = Values::default();
                for variable in variables::variables(kind).iter().filter(|v| v.holds != ValueType::Moment) {
                    values = values.with(
                        variable.name,
                        Values::examples(kind, language).get(variable.name).unwrap().clone(),
                    );
                }
                let text = text::render(kind, channel, language, &values).unwrap().text;
                assert!(
                    !text.contains("22:00") && !text.contains("  ") && !text.contains("请您处理"),
                    "{text}"
                );
            }
        }
    }
}

/// What the program brings passes the checks of a merchant's own.
#[test]
fn built_in_texts_have_no_violations() {
    for &kind in Kind::ALL {
        for &channel in kind.about().channels.iter().filter(|channel| **channel != Channel::Wechat) {
            for language in BOTH {
                let template = text::built_in(kind, channel, language, &Values::examples(kind, language));
                assert_eq!(template.violations(kind, channel), [], "{template:?}");
            }
        }
    }
}

/// The variables of every kind.
#[test]
fn the_variables_on_the_page_are_those_that_are_filled() {
    for language in BOTH {
        let mut table = language
            .pick(
                "| Variable | Kinds | Holds | Longest | Means |\n|---|---|---|---|---|\n",
                "| 变量 | 消息 | 类型 | 最长 | 含义 |\n|---|---|---|---|---|\n",
            )
            .to_owned();
        let mut seen = Vec::new();
        for variable in Kind::ALL.iter().flat_map(|kind| variables::variables(*kind)) {
            if seen.contains(&variable) {
                continue;
            }
            seen.push(variable);
            let kinds = Kind::ALL.iter().filter(|kind| variables::variables(**kind).contains(variable));
            let kinds: Vec<String> = kinds.map(|kind| format!("`{}`", kind.as_str())).collect();
            let needed = if variable.needed { language.pick(", needed", "，必需") } else { "" };
            let _ = writeln!(
                table,
                "| `{{{}}}`{needed} | {} | {} | {} | {} |",
                variable.name,
                kinds.join(" "),
                variable.holds.as_str(),
                variable.most,
                language.of(variable.means)
            );
        }
        stands(language, "variables", &table);
    }
}

/// A-S2-20: the types of WeChat's keys.
#[test]
fn a_s2_20_the_keys_on_the_page_are_those_that_are_checked() {
    let all = [
        ValueType::Text,
        ValueType::Code,
        ValueType::Number,
        ValueType::Amount,
        ValueType::Moment,
        ValueType::Link,
    ];
    for language in BOTH {
        let mut table = language
            .pick(
                "| Key | At most | Holds | Variables |\n|---|---|---|---|\n",
                "| 参数 | 最长 | 内容 | 可用变量类型 |\n|---|---|---|---|\n",
            )
            .to_owned();
        for (key, name, most, holds) in keys::TYPES {
            let takes: Vec<&str> =
                all.iter().filter(|value| key.takes(**value)).map(|value| value.as_str()).collect();
            let takes = if takes.is_empty() {
                language.pick("words only", "仅固定文字").to_owned()
            } else {
                takes.join(", ")
            };
            let _ = writeln!(table, "| `{name}` | {most} | {} | {takes} |", language.of(holds));
        }
        stands(language, "keys", &table);
    }
}

/// S2-R15: every code with which a notice by SMS or `WeChat` is left out.
#[test]
fn s2_r15_the_page_names_every_reason_to_leave_a_notice_out() {
    let codes = [
        Code::SwitchedOff,
        Code::OrderClosed,
        Code::TooLate,
        Code::QuietHours,
        Code::MinuteCap,
        Code::HourCap,
        Code::DailyCap,
        Code::NoBalance,
        Code::NoContact,
        Code::NoConsent,
        Code::NoGrant,
        Code::TemplateMissing,
        Code::TemplateBlocked,
        Code::ValueInvalid,
        Code::ForeignNumber,
        Code::ProviderLimit,
        Code::ProviderFailed,
        Code::LimitReached,
    ];
    for language in BOTH {
        let heading =
            ("| Code | Left out because |\n|---|---|\n", "| 原因码 | 没有发送的原因 |\n|---|---|\n");
        let mut table = language.pick(heading.0, heading.1).to_owned();
        for code in codes {
            let _ = writeln!(table, "| `{code}` | {} |", language.of(Words { en: code.en(), zh: code.zh() }));
        }
        stands(language, "reasons", &table);
    }
}

/// Every code with which a template is refused.
#[test]
fn the_codes_on_the_page_are_those_of_a_refusal() {
    let codes = [
        Code::UnknownVariable,
        Code::VariableMissing,
        Code::UnbalancedBraces,
        Code::UnfilledParameter,
        Code::WrongKeyType,
        Code::NoOptOut,
        Code::ForbiddenSign,
        Code::ForeignLink,
        Code::TooLongText,
        Code::ValueInvalid,
    ];
    for language in BOTH {
        let mut table =
            language.pick("| Code | Means |\n|---|---|\n", "| 代码 | 含义 |\n|---|---|\n").to_owned();
        for code in codes {
            let _ = writeln!(table, "| `{code}` | {} |", language.of(Words { en: code.en(), zh: code.zh() }));
        }
        stands(language, "codes", &table);
    }
}

/// The examples of the page are taken as they stand, and render what stands below them.
#[test]
fn a_s2_20_the_examples_of_the_page_are_fine_templates() {
    for language in BOTH {
        let page = page(language);
        let (_, section) = page.split_once(language.pick("\n## Templates\n", "\n## 模板\n")).unwrap();
        let section = section.split("\n## ").next().unwrap();
        let blocks: Vec<&str> = section.split("\n```json\n").skip(1).collect();
        assert_eq!(blocks.len(), 2);
        for (block, channel) in blocks.into_iter().zip([Channel::Sms, Channel::Wechat]) {
            let (json, rest) = block.split_once("\n```\n").unwrap();
            let template: Template = serde_json::from_str(json).unwrap();
            assert_eq!(template.violations(Kind::PaymentReminder, channel), []);
            let rendered = template.preview(Kind::PaymentReminder, channel, Currency::CNY).unwrap();
            let shown = format!("\n```text\n{}\n```\n", rendered.text);
            assert!(rest.contains(&shown), "{shown}");
        }
    }
}
