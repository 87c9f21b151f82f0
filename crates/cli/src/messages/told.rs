//! What a provider answered to a message of a test, for people, in either language.

use domain::Lang;
use relay::SendOutcome;
use relay::message::settings::Carrier;
use relay::message::{Class, Person, Recipient, Window};
use std::fmt::Write;

/// What the provider answered, a line each.
pub fn told(outcome: &SendOutcome, carrier: &Carrier, to: &Recipient, lang: Lang) -> String {
    let provider = carrier.provider();
    let word = |en: &'static str, zh: &'static str| if lang == Lang::Zh { zh } else { en };
    let mut lines =
        format!("{} {provider}\n{} {to}\n", word("provider:", "服务商："), word("to:", "收信人："));
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(lines, "{name} {value}");
        }
    };
    let (answer, code, class) =
        (word("answer:", "结果："), word("code:", "代码："), word("class:", "类别："));
    let (means, of_code) =
        (word("means:", "含义："), |code: &str, words: &str| meaning(carrier, code, words, lang));
    match outcome {
        SendOutcome::Accepted { provider_id, segments } => {
            line(answer, word("accepted", "已接受"));
            line(word("id:", "服务商编号："), provider_id.as_deref().unwrap_or_default());
            line(
                word("segments:", "计费条数："),
                &segments.map(|count| count.to_string()).unwrap_or_default(),
            );
        }
        SendOutcome::Refused { class: of, code: said, detail } => {
            line(answer, word("refused", "被拒绝"));
            line(class, class_word(*of, lang));
            line(code, said);
            line(means, of_code(said, detail));
            line(word("detail:", "说明："), detail);
        }
        SendOutcome::Later { class: of, code: said, not_before } => {
            line(answer, word("not taken now; it may be later", "暂未接受，可稍后再发"));
            line(class, class_word(*of, lang));
            line(code, said);
            line(means, of_code(said, ""));
            let mended = word("when that is mended", "改正之后");
            let again = if of.pauses() { mended.to_owned() } else { window_word(*not_before, lang) };
            line(word("again:", "何时再发："), &again);
        }
        SendOutcome::Unknown { code: said } => {
            line(
                answer,
                word("unknown: it may have been taken; do not send it again", "未知：可能已发出，请勿重发"),
            );
            line(code, said);
            line(means, of_code(said, ""));
        }
    }
    lines
}

/// What a code means: the provider's, by its table, or one of ours; nothing where nobody knows.
fn meaning(carrier: &Carrier, code: &str, words: &str, lang: Lang) -> &'static str {
    let (en, zh) = match code {
        "connection_failed" => (
            "nobody answers there, or not by TLS: see the address in the settings, and the network",
            "连不上，或不支持 TLS：请检查配置中的地址和网络",
        ),
        "connection_broken" => ("the connection broke off", "连接中断"),
        "timeout" => ("there was no answer in time", "超时没有应答"),
        "answer_unreadable" => (
            "what answered is no provider: see the address in the settings",
            "应答无法识别：请检查配置中的地址",
        ),
        "http_401" | "http_403" => ("your program refuses the request", "您的程序拒绝了请求"),
        "http_404" => ("there is nothing at the address in the settings", "配置中的地址不存在"),
        "to_invalid" => ("--to is no address such as ada@example.com", "--to 不是邮箱地址"),
        "tls_or_login" => {
            ("the certificate is not trusted, or no login is taken", "证书不受信任，或不接受登录")
        }
        code => match carrier.codes().and_then(|table| table.find(code, words)) {
            Some(row) => (row.en, row.zh),
            None => ("", ""),
        },
    };
    if lang == Lang::Zh { zh } else { en }
}

fn class_word(class: Class, lang: Lang) -> &'static str {
    let (en, zh) = match class {
        Class::Throttled => ("this number has had enough for now", "该号码触发频率限制"),
        Class::AccountCap => ("a cap of your account is reached", "账户发送量已达上限"),
        Class::Money => ("your balance at the provider is used up", "服务商账户余额或套餐不足"),
        Class::Access => {
            ("key, rights, address or clock: see the settings", "密钥、权限、来源地址或时钟有误，请检查设置")
        }
        Class::Template => {
            ("the template or the signature is not approved, or missing", "模板或签名未通过审核，或未填写")
        }
        Class::Person(Person::Unreachable) => ("this person cannot be reached", "号码或收信人无效"),
        Class::Person(Person::Foreign) => (
            "this number abroad reads as one of mainland China at the provider",
            "该境外号码在服务商处会被当作中国大陆号码",
        ),
        Class::Person(Person::OptedOut) => ("this person opted out", "对方已退订或在免打扰名单中"),
        Class::Person(Person::GrantSpent) => {
            ("no grant: this person has to subscribe again", "对方未订阅，或订阅次数已用完")
        }
        Class::Transient => ("the provider had a bad moment", "服务商暂时不可用"),
        Class::Content => ("the text or its values", "内容或变量不合规"),
    };
    if lang == Lang::Zh { zh } else { en }
}

fn window_word(window: Window, lang: Lang) -> String {
    let (en, zh) = match window {
        Window::Schedule => ("whenever you like", "随时"),
        Window::Minute => ("after a minute", "一分钟后"),
        Window::Hour => ("after an hour", "一小时后"),
        Window::Day => ("after a day", "一天后"),
        Window::Seconds(seconds) => {
            return if lang == Lang::Zh {
                format!("{seconds} 秒后")
            } else {
                format!("after {seconds} seconds")
            };
        }
    };
    if lang == Lang::Zh { zh.into() } else { en.into() }
}
