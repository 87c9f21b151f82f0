//! `promenade messages`: the file that names who carries messages, and one real message to try it.
//!
//! What is said shows no key and no whole number.

mod told;

use crate::args::{ContactKeyArgs, MessagesAction, MessagesArgs, TestArgs};
use crate::outcome::{self, Usage};
use crate::{chance, key_file, private, say};
use anyhow::Context;
use contacts::Keys;
use domain::Lang;
use relay::message::settings::{Carrier, MessagesSettings};
use relay::message::{ByName, ByPosition, Moment, Providers, Recipient, Subscription, report};
use relay::{OutgoingMessage, SendOutcome, system_clock};
use std::collections::BTreeMap;
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
    let missing = missing(args, carrier);
    if let Some(what) = missing {
        return Err(Usage(what).into());
    }
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
    say::say(&told::told(&outcome, carrier, &to, args.lang.chosen())).context("the answer")?;
    Ok(match outcome {
        SendOutcome::Accepted { .. } => ExitCode::SUCCESS,
        SendOutcome::Refused { .. } | SendOutcome::Later { .. } => ExitCode::from(3),
        SendOutcome::Unknown { .. } => ExitCode::FAILURE,
    })
}

/// What the carrier cannot do without, and the command line does not say: nothing is sent to find that out.
fn missing(args: &TestArgs, carrier: &Carrier) -> Option<String> {
    let (provider, channel) = (carrier.provider(), &args.channel);
    let (sends_by_template, signature) = match carrier {
        Carrier::Aliyun(settings) => (true, Some(&settings.signature)),
        Carrier::Tencent(settings) => (true, Some(&settings.signature)),
        Carrier::Wechat(_) => (true, None),
        Carrier::JsonLines(_) | Carrier::Http(_) | Carrier::Smtp(_) => (false, None),
    };
    let has_no_signature = signature.is_some_and(Option::is_none) && args.signature.is_none();
    match sends_by_template {
        true if args.template.is_none() => Some(format!(
            "{provider} sends by template: name it with --template CODE, and its values with --param"
        )),
        true if has_no_signature => {
            let file = args.config.display();
            Some(format!(
                "there is no signature: name it with --signature NAME, or as channel.{channel}.signature in {file}"
            ))
        }
        false if args.text.is_none() => Some(format!("{provider} sends a text: say it with --text TEXT")),
        true | false => None,
    }
}

fn message(args: &TestArgs, to: Recipient, message_id: String, now: i64) -> OutgoingMessage {
    let (code, values) = (args.template.clone(), args.parameters.iter().cloned());
    let by_name: BTreeMap<String, String> = values.clone().collect();
    let by_position = values.map(|(_, value)| value).collect();
    let is_sms = args.channel == "sms";
    let providers = Providers {
        aliyun: code.clone().filter(|_| is_sms).map(|code| ByName { code, parameters: by_name.clone() }),
        tencent: code.clone().filter(|_| is_sms).map(|code| ByPosition { code, parameters: by_position }),
    };
    let is_wechat = args.channel == "wechat";
    let wechat = code.filter(|_| is_wechat);
    let wechat = wechat.map(|template_id| Subscription { template_id, page: None, data: by_name });
    let text = args.text.clone().unwrap_or_default();
    OutgoingMessage {
        message_id,
        shop_id: "promenade".into(),
        order_id: None,
        customer_id: "test".into(),
        kind: "test".into(),
        channel: args.channel.clone(),
        link: None,
        subject: args.subject.clone(),
        body_zh: text.clone(),
        body_en: text,
        deliver_until: Moment::utc(now.saturating_add(GOOD_MICROS)),
        to: Some(to),
        signature: args.signature.clone(),
        providers,
        wechat,
        text: args.text.clone(),
    }
}
