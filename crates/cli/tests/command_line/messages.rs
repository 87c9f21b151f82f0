//! `promenade messages test` sends one real message and says what the provider answered; `serve --messages-config` says
//! what is wrong with a file of providers before it makes anything.

use crate::folder;
use crate::support::run;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

const SECRET: &str = "v3ry-s3cret";

/// A provider on loopback that answers one request so.
fn provider(answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("somebody comes");
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        while stream.read_line(&mut line).is_ok_and(|read| read > 2) {
            line.clear();
        }
        let length = answer.len();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        let _ = stream.get_mut().write_all((head + answer).as_bytes());
    });
    address
}

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
            or missing\ncode: isv.SMS_TEMPLATE_ILLEGAL\ndetail: ****: 模板不合法\n",
        ),
        (
            r#"{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"触发小时级流控Permits:5"}"#,
            "zh",
            3,
            "服务商： aliyun\n收信人： +86138****8000\n结果： 暂未接受，可稍后再发\n类别： 该号码触发频率限制\n\
            代码： isv.BUSINESS_LIMIT_CONTROL\n何时再发： 一小时后\n",
        ),
        (
            "<html>",
            "en",
            1,
            "provider: aliyun\nto: +86138****8000\nanswer: unknown: it may have been taken; do not send it again\n\
            code: answer_unreadable\n",
        ),
    ] {
        let folder = folder();
        configure(folder.path(), &format!("http://{}", provider(answer)));
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
    configure(folder.path(), &format!("http://{}", provider(r#"{"Code":"OK","BizId":"1"}"#)));
    let file = folder.path().join("messages.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("it is ours");
    let ended = run(folder.path(), &[&TEST[..], &["--to", "13800138000"]].concat());
    assert!(ended.err.contains("others may read messages.toml (0644); chmod go= it"), "{ended:?}");
}
