//! The file that says who carries messages: what it takes, and what it says of faults.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::Arc;

use relay::JsonLinesSender;
use relay::message::settings::{Carrier, MessagesSettings};
use support::senders::{clock, nonce};

const SECRET: &str = "v3ry-s3cret";

fn whole() -> String {
    format!(
        r#"
[callbacks]
secret = "abcdefghijklmnopqrstuvwxyz_012345"
allow = ["47.102.0.0/16", "::1"]

[channel.sms]
provider = "aliyun"
access_key_id = "LTAI5t"
access_key_secret = "{SECRET}"
signature = "小店"

[channel.wechat]
provider = "wechat"
app_id = "wx1"
app_secret = "{SECRET}"
page = "pages/index"
edition = "trial"

[channel.email]
provider = "smtp"
host = "smtp.example.com"
user = "alerts"
password = "{SECRET}"
from = "小店 <alerts@example.com>"

[channel.push]
provider = "http"
url = "https://user:{SECRET}@push.example.com/send"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"#
    )
}

#[test]
fn a_file_names_a_provider_for_each_channel() {
    let settings = MessagesSettings::parse(&whole()).unwrap();
    let named: Vec<_> =
        settings.channels.iter().map(|(name, carrier)| (name.as_str(), carrier.provider())).collect();
    let expected = [("email", "smtp"), ("push", "http"), ("sms", "aliyun"), ("wechat", "wechat")];
    assert_eq!(named, expected);
    let Carrier::Aliyun(aliyun) = &settings.channels["sms"] else { panic!("{settings:?}") };
    assert_eq!(aliyun.endpoint, "https://dysmsapi.aliyuncs.com");
    assert_eq!(settings.callbacks.as_ref().unwrap().allow.len(), 2);
    let shown = format!("{settings:?}");
    assert!(!shown.contains(SECRET) && !shown.contains("whsec_") && !shown.contains("abcdefg"), "{shown}");
    let default = Arc::new(JsonLinesSender::new("/nonexistent"));
    settings.senders(default, &clock(), &nonce()).unwrap();

    let tencent =
        "[channel.sms]\nprovider = \"tencent\"\nsecret_id = \"a\"\nsecret_key = \"b\"\nsdk_app_id = \"1400\"";
    let settings = MessagesSettings::parse(tencent).unwrap();
    assert!(matches!(&settings.channels["sms"], Carrier::Tencent(one) if one.region == "ap-guangzhou"));
}

/// A fault is told with its field, in words that say what to do, and without what may be a secret.
#[test]
fn a_fault_names_its_field() {
    for (from, to, expected) in [
        (
            "[channel.sms]",
            "[channel.fax]",
            "channel.fax: there is no such channel; there are push, sms, wechat, email",
        ),
        ("[callbacks]", "[callback]", "callback: there is no such table; there are channel and callbacks"),
        (
            r#""aliyun""#,
            r#""yunpian""#,
            "channel.sms.provider: it is one of jsonl, http, aliyun, tencent, wechat, smtp",
        ),
        (
            r#"provider = "aliyun""#,
            "",
            "channel.sms.provider: it is missing: one of jsonl, http, aliyun, tencent, wechat, smtp",
        ),
        (r#"provider = "wechat""#, r#"provider = "smtp""#, "channel.wechat.app_id: unknown field `app_id`"),
        (r#"access_key_id = "LTAI5t""#, "", "channel.sms: missing field `access_key_id`"),
        (r#""LTAI5t""#, r#"" ""#, "channel.sms.access_key_id: it is empty"),
        (r#""LTAI5t""#, "7", "channel.sms.access_key_id: expected a string"),
        (
            r#"access_key_secret = "v3ry-s3cret""#,
            "access_key_secret = 112233",
            "channel.sms.access_key_secret: expected a string",
        ),
        (
            "access_key_id",
            "acces_key_id",
            "channel.sms.acces_key_id: unknown field `acces_key_id`, expected one of",
        ),
        (r#""trial""#, r#""beta""#, "channel.wechat.edition: unknown variant `beta`, expected one of"),
        ("_012345", "", "callbacks.secret: it has 32 to 128 letters, digits, - and _, drawn at random"),
        ("_012345", "/../../..", "callbacks.secret: it has 32 to 128 letters"),
        ("47.102.0.0/16", "everybody", "callbacks.allow[0]: everybody is neither an address nor a network"),
        (r#"signature = "小店""#, "signature = ", "line 10: "),
    ] {
        let text = whole().replacen(from, to, 1);
        assert_ne!(text, whole(), "{from} stands there");
        let said = MessagesSettings::parse(&text).unwrap_err().to_string();
        assert!(said.starts_with(expected), "{to}: {said}");
        assert!(!said.contains(SECRET) && !said.contains("112233"), "{said}");
    }
    let nobody = MessagesSettings::parse("").unwrap_err().to_string();
    assert!(nobody.starts_with("channel: nobody carries anything"), "{nobody}");
}

#[test]
fn what_shows_only_when_it_is_used_names_its_field_too() {
    for (from, to, expected) in [
        (
            r#"signature = "小店""#,
            r#"endpoint = "http://sms.example.com""#,
            "channel.sms.endpoint: it must be https",
        ),
        ("whsec_MfK", "MfK", "channel.push.secret: a signing secret begins with whsec_"),
        ("https://user", "ftp://user", "channel.push.url: the provider's URL is not valid"),
        (r#"user = "alerts""#, "", "channel.email.password: user and password come together"),
        ("<alerts@example.com>", "", "channel.email.from: from is not an address"),
        (
            "from = ",
            "encryption = \"none\"\nfrom = ",
            "channel.email.encryption: encryption none is for this machine",
        ),
    ] {
        let settings = MessagesSettings::parse(&whole().replacen(from, to, 1)).unwrap();
        let default = Arc::new(JsonLinesSender::new("/nonexistent"));
        let said = settings.senders(default, &clock(), &nonce()).err().unwrap().to_string();
        assert!(said.starts_with(expected), "{said}");
        assert!(!said.contains(SECRET), "{said}");
    }
    let text = "[channel.push]\nprovider = \"jsonl\"\nfile = \"/nonexistent/messages\"";
    let settings = MessagesSettings::parse(text).unwrap();
    let default = Arc::new(JsonLinesSender::new("/nonexistent"));
    let said = settings.senders(default, &clock(), &nonce()).err().unwrap().to_string();
    assert!(said.starts_with("channel.push.file: "), "{said}");
}

/// A-S2-19: callbacks of the large providers are unsigned: a secret path, and addresses where they are named.
#[test]
fn a_caller_knows_the_secret_and_comes_from_where_it_may() {
    let callbacks = MessagesSettings::parse(&whole()).unwrap().callbacks.unwrap();
    for (said, fits) in [
        ("abcdefghijklmnopqrstuvwxyz_012345", true),
        ("abcdefghijklmnopqrstuvwxyz_01234", false),
        ("", false),
    ] {
        assert_eq!(callbacks.fits(said), fits, "{said}");
    }
    for (peer, may) in [
        ("47.102.3.4", true),
        ("::ffff:47.102.3.4", true),
        ("::1", true),
        ("47.103.0.1", false),
        ("127.0.0.1", false),
    ] {
        assert_eq!(callbacks.permits(peer.parse().unwrap()), may, "{peer}");
    }
    let anybody = whole().replace(r#"allow = ["47.102.0.0/16", "::1"]"#, "");
    assert!(MessagesSettings::parse(&anybody).unwrap().callbacks.unwrap().permits([8, 8, 8, 8].into()));
}

/// A page on messages, and its examples of settings.
fn examples(page: &'static str) -> Vec<&'static str> {
    let blocks = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.filter(|block| block.contains("[channel.") || block.contains("[callbacks]")).collect()
}

const PAGES: [&str; 2] =
    [include_str!("../../../docs/messages.md"), include_str!("../../../docs/messages.zh-CN.md")];

/// What the pages on messages tell to write works as it stands, in both languages, and is the same in both: a carrier of
/// each kind, and what they call back.
#[test]
fn examples_of_the_pages_work() {
    let [english, chinese] = PAGES.map(examples);
    assert_eq!(english, chinese);
    let folder = tempfile::tempdir().unwrap();
    let mut providers = Vec::new();
    for block in english {
        let channel = "[channel.push]\nprovider = \"jsonl\"\nfile = \"messages.jsonl\"\n";
        let more = if block.contains("[callbacks]") { channel } else { "" };
        let inside =
            |text: String| text.replace("file = \"", &format!("file = \"{}/", folder.path().display()));
        let settings = MessagesSettings::parse(&inside(format!("{block}{more}"))).unwrap();
        let default = Arc::new(JsonLinesSender::new("/nonexistent"));
        settings.senders(default, &clock(), &nonce()).map_err(|error| format!("{block}{error}")).unwrap();
        providers.extend(settings.channels.values().filter(|_| more.is_empty()).map(Carrier::provider));
    }
    assert_eq!(providers, ["aliyun", "tencent", "wechat", "smtp", "http", "jsonl"]);
}

/// The settings of a kind of carrier, as the program names them to whoever writes another.
fn known(channel: &str, provider: &str) -> Vec<String> {
    let text = format!("[channel.{channel}]\nprovider = \"{provider}\"\nnone = 1\n");
    let said = MessagesSettings::parse(&text).unwrap_err().to_string();
    let (_, names) = said.split_once("expected ").unwrap_or_else(|| panic!("{said}"));
    names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every setting of every carrier stands in the table of both pages, with what it is without it, and no other does.
#[test]
fn the_settings_on_the_pages_are_those_that_are_read() {
    let mut wanted = Vec::new();
    for (channel, provider) in [
        ("sms", "aliyun"),
        ("sms", "tencent"),
        ("wechat", "wechat"),
        ("email", "smtp"),
        ("push", "http"),
        ("push", "jsonl"),
    ] {
        wanted
            .extend(known(channel, provider).into_iter().map(|name| format!("| `{provider}` | `{name}` |")));
    }
    assert_eq!(wanted.len(), 26, "{wanted:?}");
    for page in PAGES {
        let rows = page.lines().filter(|line| wanted.iter().any(|row| line.starts_with(row.as_str())));
        assert_eq!(rows.count(), wanted.len());
        for row in &wanted {
            assert!(page.contains(&format!("\n{row}")), "{row}");
        }
        let begins = |line: &&str| {
            ["aliyun", "tencent", "wechat", "smtp", "http", "jsonl"]
                .iter()
                .any(|name| line.starts_with(&format!("| `{name}` | `")) && line.matches('|').count() == 5)
        };
        assert_eq!(page.lines().filter(begins).count(), wanted.len());
        for usual in [
            "https://dysmsapi.aliyuncs.com",
            "https://sms.tencentcloudapi.com",
            "https://api.weixin.qq.com",
            "ap-guangzhou",
            "`formal`",
            "`tls`",
            "`Promenade`",
        ] {
            assert!(page.contains(usual), "{usual}");
        }
    }
}
