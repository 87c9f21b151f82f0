//! `promenade messages test` sends one real message and says what the provider answered; `serve --messages-config` says
//! what is wrong with a file of providers before it makes anything.

use crate::folder;
use crate::support::provider::Asked;
use crate::support::server::Ended;
use crate::support::{MailServer, Provider, run};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const SECRET: &str = "v3ry-s3cret";

fn configure(folder: &Path, endpoint: &str) {
    let text = format!(
        "[channel.sms]\nprovider = \"aliyun\"\naccess_key_id = \"LTAI5t\"\naccess_key_secret = \"{SECRET}\"\n\
        signature = \"小店\"\nendpoint = \"{endpoint}\"\n"
    );
    fs::write(folder.join("messages.toml"), text).expect("written");
}

const TEST: [&str; 8] =
    ["messages", "test", "--config", "messages.toml", "--template", "SMS_1", "--param", "order=1001"];

#[test]
fn what_the_provider_answered_is_said_in_either_language() {
    for (answer, lang, code, said) in [
        (
            r#"{"Code":"OK","Message":"OK","BizId":"9^0"}"#,
            "en",
            0,
            "provider: aliyun\nto: +86138****8000\nanswer: accepted\nid: 9^0\n",
        ),
        (
            r#"{"Code":"OK","Message":"OK","BizId":"9^0"}"#,
            "zh",
            0,
            "服务商： aliyun\n收信人： +86138****8000\n结果： 已接受\n服务商编号： 9^0\n",
        ),
        (
            r#"{"Code":"isv.SMS_TEMPLATE_ILLEGAL","Message":"13800138000: 模板不合法"}"#,
            "en",
            3,
            "provider: aliyun\nto: +86138****8000\nanswer: refused\nclass: the template or the signature is not approved, \
            or missing\ncode: isv.SMS_TEMPLATE_ILLEGAL\nmeans: the template does not exist or is not approved\n\
            detail: ****: 模板不合法\n",
        ),
        (
            r#"{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"触发小时级流控Permits:5"}"#,
            "zh",
            3,
            "服务商： aliyun\n收信人： +86138****8000\n结果： 暂未接受，可稍后再发\n类别： 该号码触发频率限制\n\
            代码： isv.BUSINESS_LIMIT_CONTROL\n含义： 该号码发送过于频繁\n何时再发： 一小时后\n",
        ),
        (
            r#"{"Code":"SignatureDoesNotMatch","Message":"no"}"#,
            "en",
            3,
            "provider: aliyun\nto: +86138****8000\nanswer: not taken now; it may be later\n\
            class: key, rights, address or clock: see the settings\ncode: SignatureDoesNotMatch\n\
            means: the signature does not fit: the AccessKey Secret is wrong\nagain: when that is mended\n",
        ),
        (
            "<html>",
            "en",
            1,
            "provider: aliyun\nto: +86138****8000\nanswer: unknown: it may have been taken; do not send it again\n\
            code: answer_unreadable\nmeans: what answered is no provider: see the address in the settings\n",
        ),
    ] {
        let folder = folder();
        configure(folder.path(), &Provider::start(move |_| answer.to_owned()).url);
        let ended = run(folder.path(), &[&TEST[..], &["--to", "13800138000", "--lang", lang]].concat());
        assert_eq!((ended.out.as_str(), ended.code), (said, Some(code)), "{ended:?}");
        assert!(!format!("{ended:?}").contains(SECRET), "{ended:?}");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_told_with_its_field_and_nothing_is_made() {
    let folder = folder();
    configure(folder.path(), "http://sms.example.com");
    let test = run(folder.path(), &[&TEST[..], &["--to", "13800138000"]].concat());
    assert_eq!(test.code, Some(2), "{test:?}");
    assert!(test.err.contains("messages.toml: channel.sms.endpoint: it must be https"), "{test:?}");
    configure(folder.path(), "https://sms.example.com");
    for (more, said) in [
        (&["--to", "1380"][..], "--to is no phone"),
        (&["--to", "o1", "--channel", "wechat"], "it needs [channel.wechat]"),
        (&["--to", "13800138000", "--config", "none.toml"], "cannot be used multiple times"),
        (&["--to", "u1", "--channel", "fax"], "[possible values: push, sms, wechat, email]"),
    ] {
        let ended = run(folder.path(), &[&TEST[..], more].concat());
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains(said), "{ended:?}");
    }
    let whole = fs::read_to_string(folder.path().join("messages.toml")).expect("it is there");
    fs::write(folder.path().join("messages.toml"), whole.replace("access_key_id", "key_id"))
        .expect("written");
    let serve = ["serve", "--sandbox", "--listen", "127.0.0.1:0", "--messages-config", "messages.toml"];
    let ended = run(folder.path(), &serve);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("messages.toml: channel.sms.key_id: unknown field `key_id`"), "{ended:?}");
    assert!(!ended.err.contains(SECRET), "{ended:?}");
    let left: Vec<_> = fs::read_dir(folder.path()).expect("it is there").collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

/// Keys of providers are for the user alone, as keys of the API are.
#[test]
fn a_file_that_others_may_read_is_complained_of() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    configure(folder.path(), &Provider::start(|_| r#"{"Code":"OK","BizId":"1"}"#.to_owned()).url);
    let file = folder.path().join("messages.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("it is ours");
    let ended = run(folder.path(), &[&TEST[..], &["--to", "13800138000"]].concat());
    assert!(ended.err.contains("others may read messages.toml (0644); chmod go= it"), "{ended:?}");
}

/// A carrier of each kind, with the settings that the page shows, and the arguments with which it is tried.
struct Kind {
    provider: &'static str,
    args: &'static [&'static str],
}

const ALIYUN: Kind = Kind {
    provider: "aliyun",
    args: &["--to", "13800138000", "--template", "SMS_1", "--param", "order=1001"],
};
const TENCENT: Kind = Kind {
    provider: "tencent",
    args: &["--to", "13800138000", "--template", "1110", "--param", "1=1001", "--param", "2=22:00"],
};
const WECHAT: Kind = Kind {
    provider: "wechat",
    args: &["--channel", "wechat", "--to", "oUpF8uMu", "--template", "TPL", "--param", "thing1=茶"],
};
const OWN: Kind = Kind { provider: "http", args: &["--channel", "push", "--to", "u1", "--text", "您好"] };

impl Kind {
    /// Its example on the page, with a key, and with this address in place of the provider's.
    fn settings(&self, url: &str) -> String {
        let page = include_str!("../../../../docs/messages.md");
        let named = format!("provider = \"{}\"\n", self.provider);
        let blocks = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
        let block = blocks.into_iter().find(|block| block.contains(&named)).expect("the page shows it");
        let with_key = block.replace("\"...\"", &format!("\"{SECRET}\""));
        match self.provider {
            "http" => with_key.replace("https://push.example.com", url),
            _ => format!("{with_key}endpoint = \"{url}\"\n"),
        }
    }
}

fn tries(folder: &Path, kind: &Kind, url: &str, more: &[&str]) -> Ended {
    fs::write(folder.join("messages.toml"), kind.settings(url)).expect("written");
    tries_as_it_is(folder, kind, more)
}

fn tries_as_it_is(folder: &Path, kind: &Kind, more: &[&str]) -> Ended {
    let test = ["messages", "test", "--config", "messages.toml"];
    run(folder, &[&test[..], kind.args, more].concat())
}

/// What a provider of each kind says when it takes a message, and when it does not.
fn says(asked: &Asked, takes: bool) -> String {
    let said = match (asked.header("x-acs-action"), asked.header("x-tc-action"), asked.target.as_str()) {
        ("SendSms", _, _) if takes => json!({ "Code": "OK", "BizId": "9^0" }),
        ("SendSms", _, _) => json!({ "Code": "isv.AMOUNT_NOT_ENOUGH", "Message": "m" }),
        (_, "SendSms", _) => {
            let code = if takes { "Ok" } else { "FailedOperation.PhoneNumberInBlacklist" };
            json!({ "Response": { "SendStatusSet": [{ "SerialNo": "2019:1", "PhoneNumber": "+8613800138000", "Fee": 1,
                "Code": code, "Message": "m" }] } })
        }
        (_, _, "/cgi-bin/stable_token") => json!({ "access_token": "T", "expires_in": 7_200 }),
        (_, _, target) if target.starts_with("/cgi-bin/") => {
            json!({ "errcode": if takes { 0 } else { 43_101 }, "errmsg": "m", "msgid": 77 })
        }
        _ => json!({ "provider_id": "own-1", "segments": 2 }),
    };
    said.to_string()
}

/// What was sent by each kind of sender, and what is said of it, taken and not.
#[test]
fn every_kind_of_sender_is_tried_with_one_message() {
    for (kind, taken, refused) in [
        (
            &ALIYUN,
            "answer: accepted\nid: 9^0\n",
            Some("code: isv.AMOUNT_NOT_ENOUGH\nmeans: your balance is used up\n"),
        ),
        (
            &TENCENT,
            "answer: accepted\nid: 2019:1\nsegments: 1\n",
            Some(
                "class: this person opted out\ncode: FailedOperation.PhoneNumberInBlacklist\n\
                means: the number opted out, or is on a list of the carrier's\n",
            ),
        ),
        (
            &WECHAT,
            "answer: accepted\nid: 77\n",
            Some("code: 43101\nmeans: the customer has let no message through\n"),
        ),
        (&OWN, "answer: accepted\nid: own-1\nsegments: 2\n", None),
    ] {
        let of_taken = (true, 0, taken);
        let of_refused = refused.map(|said| (false, 3, said));
        for (takes, code, said) in [of_taken].into_iter().chain(of_refused) {
            let (folder, provider) = (folder(), Provider::start(move |asked| says(asked, takes)));
            let ended = tries(folder.path(), kind, &provider.url, &[]);
            assert!(ended.out.contains(said), "{ended:?}");
            assert_eq!(ended.code, Some(code), "{ended:?}");
            assert!(!format!("{ended:?}").contains(SECRET), "{ended:?}");
        }
    }
}

/// What each kind of provider is asked: signed by the key of the file, with the values where they belong.
#[test]
fn every_kind_of_sender_says_what_the_command_line_says() {
    let sent = |kind: &Kind| {
        let (folder, provider) = (folder(), Provider::start(|asked| says(asked, true)));
        tries(folder.path(), kind, &provider.url, &[]);
        provider.asked().pop().expect("it was asked")
    };
    let aliyun = sent(&ALIYUN);
    assert!(
        aliyun.header("authorization").starts_with("ACS3-HMAC-SHA256 Credential=LTAI5t...,"),
        "{aliyun:?}"
    );
    assert!(
        aliyun.target.contains("TemplateCode=SMS_1&TemplateParam=%7B%22order%22%3A%221001%22%7D"),
        "{aliyun:?}"
    );
    let tencent = sent(&TENCENT);
    assert!(
        tencent.header("authorization").starts_with("TC3-HMAC-SHA256 Credential=AKID.../"),
        "{tencent:?}"
    );
    assert_eq!(tencent.json()["TemplateParamSet"], json!(["1001", "22:00"]));
    let wechat = sent(&WECHAT);
    assert_eq!(wechat.target, "/cgi-bin/message/subscribe/send?access_token=T");
    assert_eq!(wechat.json()["data"], json!({ "thing1": { "value": "茶" } }));
    let own = sent(&OWN);
    assert_eq!((own.target.as_str(), &own.json()["text"]), ("/send", &json!("您好")));
    assert!(own.header("webhook-signature").starts_with("v1,"), "{own:?}");
    assert!(own.header("idempotency-key").starts_with("promenade:test-"), "{own:?}");
}

/// Mail and a file: what came of them is where it should be.
#[test]
fn a_mail_and_a_line_of_a_file_are_tried_too() {
    let (folder, mail) = (folder(), MailServer::start());
    let settings = format!(
        "[channel.email]\nprovider = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\n\
        from = \"小店 <alerts@shop.test>\"\n[channel.sms]\nprovider = \"jsonl\"\nfile = \"sms.jsonl\"\n",
        mail.port
    );
    fs::write(folder.path().join("messages.toml"), settings).expect("written");
    let test = ["messages", "test", "--config", "messages.toml", "--text", "您好"];
    let mailed = ["--channel", "email", "--to", "ada@example.com", "--subject", "试发"];
    let ended = run(folder.path(), &[&test[..], &mailed].concat());
    assert_eq!(
        (ended.out.as_str(), ended.code),
        ("provider: smtp\nto: a***@example.com\nanswer: accepted\n", Some(0))
    );
    let came = mail.next();
    assert_eq!((came.head("To"), came.head("Subject")), ("ada@example.com".to_owned(), "试发".to_owned()));
    assert_eq!(came.text().trim_end(), "您好");
    let ended = run(folder.path(), &[&test[..], &["--to", "13800138000"]].concat());
    assert_eq!(
        (ended.out.as_str(), ended.code),
        ("provider: jsonl\nto: +86138****8000\nanswer: accepted\n", Some(0))
    );
    let line = fs::read_to_string(folder.path().join("sms.jsonl")).expect("it is there");
    let line: Value = serde_json::from_str(&line).expect("it is JSON");
    assert_eq!((&line["to"], &line["text"]), (&json!("+8613800138000"), &json!("您好")));
}

/// What a carrier cannot do without is said before anything is sent; what is wrong with an address after.
#[test]
fn what_is_missing_is_said_in_words() {
    let provider = Provider::start(|asked| says(asked, true));
    for (kind, said) in [
        (
            &Kind { args: &["--to", "13800138000"], ..ALIYUN },
            "aliyun sends by template: name it with --template CODE",
        ),
        (&Kind { args: &["--to", "13800138000"], ..TENCENT }, "tencent sends by template"),
        (&Kind { args: &["--channel", "wechat", "--to", "o"], ..WECHAT }, "wechat sends by template"),
        (
            &Kind { args: &["--channel", "push", "--to", "u1"], ..OWN },
            "http sends a text: say it with --text TEXT",
        ),
    ] {
        let folder = folder();
        let ended = tries(folder.path(), kind, &provider.url, &[]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains(said), "{ended:?}");
    }
    let folder = folder();
    let unsigned = ALIYUN.settings(&provider.url).replace("signature = \"小店\"\n", "");
    fs::write(folder.path().join("messages.toml"), unsigned).expect("written");
    let ended = tries_as_it_is(folder.path(), &ALIYUN, &[]);
    let said =
        "there is no signature: name it with --signature NAME, or as channel.sms.signature in messages.toml";
    assert!(ended.code == Some(2) && ended.err.contains(said), "{ended:?}");
    assert!(provider.asked().is_empty());
    let signed = tries_as_it_is(folder.path(), &ALIYUN, &["--signature", "茶铺"]);
    assert_eq!(signed.code, Some(0), "{signed:?}");
    // A port that was free a moment ago: nobody listens there.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").and_then(|one| one.local_addr()).expect("a port");
    let ended = tries(folder.path(), &ALIYUN, &format!("http://{gone}"), &["--lang", "zh"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(
        ended
            .out
            .contains("代码： connection_failed\n含义： 连不上，或不支持 TLS：请检查配置中的地址和网络\n"),
        "{ended:?}"
    );
}
