//! `promenade messages`: the file that names who carries messages, and one real message to try it.
//!
//! What is said shows no key and no whole number.

use crate::args::{ContactKeyArgs, MessagesAction, MessagesArgs, TestArgs};
use crate::outcome::{self, Usage};
use crate::{chance, key_file, private, say};
use anyhow::Context;
use contacts::Keys;
use domain::Lang;
use relay::message::settings::MessagesSettings;
use relay::message::{Class, Parameter, Person, Recipient, Window, report};
use relay::{OutgoingMessage, SendOutcome, system_clock};
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

/// How long a message of a test is good for.
const GOOD_MICROS: i64 = 3_600_000_000;

/// Does what the command line says.
pub fn run(args: MessagesArgs) -> ExitCode {
    match args.action {
        MessagesAction::NewContactKey(args) => match new_contact_key(&args) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                say::complain(&format!("promenade: {error:#}"));
                outcome::code_of(&error)
            }
        },
        MessagesAction::Test(args) => match test(&args) {
            Ok(code) => code,
            Err(error) => {
                say::complain(&format!("promenade: {error:#}"));
                outcome::code_of(&error)
            }
        },
    }
}

/// The file's settings; each fault names its field.
pub fn settings(file: &Path) -> anyhow::Result<MessagesSettings> {
    let name = file.display();
    let bytes = key_file::content(file)?.ok_or_else(|| Usage(format!("there is no file {name}")))?;
    let text = String::from_utf8(bytes).map_err(|_| Usage(format!("{name} is not UTF-8")))?;
    MessagesSettings::parse(&text).map_err(|error| Usage(format!("{name}: {error}")).into())
}

/// Makes a key that contacts are sealed with, before those that the file has.
fn new_contact_key(args: &ContactKeyArgs) -> anyhow::Result<()> {
    let file = &args.file;
    let _lock = key_file::lock(file)?;
    let known = key_file::content(file)?.unwrap_or_default();
    let keys = Keys::file_with(chance::random(), &known).with_context(|| format!("{}", file.display()))?;
    key_file::write_bytes(file, &keys)?;
    let count = keys.len() / 32;
    let lang = args.lang.chosen();
    let text = match lang {
        Lang::Zh => format!(
            "{} 中的密钥:{count}个。新内容用最新的密钥封存。请与数据库分开备份,丢失后无法再读取联系方式。\n",
            file.display()
        ),
        Lang::En => format!(
            "keys in {}: {count}. What is kept from here on is sealed with the newest. Keep a copy apart from the store: \
            without it no contact can be read again.\n",
            file.display()
        ),
    };
    say::say(&text)
}

fn test(args: &TestArgs) -> anyhow::Result<ExitCode> {
    let settings = settings(&args.config)?;
    for (file, mode) in private::open_to_others(std::slice::from_ref(&args.config)) {
        say::complain(&format!("others may read {} ({mode:04o}); chmod go= it", file.display()));
    }
    let channel = &args.channel;
    let carrier = settings.channels.get(channel).ok_or_else(|| {
        Usage(format!("{} names nobody for {channel}; it needs [channel.{channel}]", args.config.display()))
    })?;
    let to = if channel == "sms" {
        report::phone(&args.to)
            .ok_or_else(|| Usage("--to is no phone, such as 13800138000 or +852…".into()))?
    } else {
        Recipient::new(&args.to)
    };
    let (clock, nonce) = (system_clock(), chance::nonce());
    let sender = carrier.sender(&format!("channel.{channel}"), &clock, &nonce);
    let sender = sender.map_err(|error| Usage(format!("{}: {error}", args.config.display())))?;
    let message = message(args, to.clone(), format!("test-{}", nonce()), clock());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(sender.send(&message));
    say::say(&told(&outcome, carrier.provider(), &to, args.lang.chosen())).context("the answer")?;
    Ok(match outcome {
        SendOutcome::Accepted { .. } => ExitCode::SUCCESS,
        SendOutcome::Refused { .. } | SendOutcome::Later { .. } => ExitCode::from(3),
        SendOutcome::Unknown { .. } => ExitCode::FAILURE,
    })
}

fn message(args: &TestArgs, to: Recipient, message_id: String, now: i64) -> OutgoingMessage {
    let parameter = |(name, value): &(String, String)| Parameter { name: name.clone(), value: value.clone() };
    let text = args.text.clone().unwrap_or_default();
    OutgoingMessage {
        message_id,
        shop_id: "promenade".into(),
        order_id: None,
        customer_id: "test".into(),
        kind: "test".into(),
        channel: args.channel.clone(),
        link: None,
        subject: None,
        body_zh: text.clone(),
        body_en: text,
        deliver_until_micros: now.saturating_add(GOOD_MICROS),
        to: Some(to),
        signature: args.signature.clone(),
        template: args.template.clone(),
        parameters: args.parameters.iter().map(parameter).collect(),
        text: args.text.clone(),
    }
}

/// What the provider answered, a line each.
fn told(outcome: &SendOutcome, provider: &str, to: &Recipient, lang: Lang) -> String {
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
            line(word("detail:", "说明："), detail);
        }
        SendOutcome::Later { class: of, code: said, not_before } => {
            line(answer, word("not taken now; it may be later", "暂未接受，可稍后再发"));
            line(class, class_word(*of, lang));
            line(code, said);
            line(word("again:", "何时再发："), &window_word(*not_before, lang));
        }
        SendOutcome::Unknown { code: said } => {
            line(
                answer,
                word("unknown: it may have been taken; do not send it again", "未知：可能已发出，请勿重发"),
            );
            line(code, said);
        }
    }
    lines
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
