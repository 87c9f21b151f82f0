//! The command line of `promenade messages`.

use super::lang::LangArg;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Providers of messages.
#[derive(Debug, Args)]
pub struct MessagesArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub action: MessagesAction,
}

/// What to do with providers of messages.
#[derive(Debug, Subcommand)]
pub enum MessagesAction {
    /// Send one real message and say what the provider answered. It may cost money.
    #[command(after_help = "\
Examples:
  promenade messages test --config messages.toml --to 13800138000 --template SMS_1 --param order=1001
  promenade messages test --config messages.toml --channel wechat --to OPENID --template TPL --param thing1=茶
  promenade messages test --config messages.toml --channel email --to ada@example.com --subject hello --text hello
  promenade messages test --config messages.toml --channel push --to u1 --text hello
Values stand in the order of the template where the provider goes by place, as Tencent Cloud does.
Exit codes: 0 the provider took it; 3 it did not; 1 nobody knows whether it did; 2 the file or the command line cannot
be read.")]
    Test(TestArgs),
    /// Make a key that customers' contacts are sealed with, or put a new one before those of the file.
    #[command(after_help = "\
Examples:
  promenade messages new-contact-key contacts.key
  promenade serve --contact-keys contacts.key
Keep a copy apart from the store: without it no contact can be read again. What was sealed with older keys of the file
is still read.")]
    NewContactKey(ContactKeyArgs),
}

/// The file of keys that contacts are sealed with.
#[derive(Debug, Args)]
pub struct ContactKeyArgs {
    /// Made where it is not there.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The language of what is said.
    #[command(flatten)]
    pub lang: LangArg,
}

/// One real message.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// The file that names who carries each channel, as `serve --messages-config` reads it.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// To whom: a phone, an openid, or an address.
    #[arg(long, value_name = "PHONE")]
    pub to: String,
    /// push, sms, wechat or email.
    #[arg(long, value_name = "CHANNEL", default_value = "sms", value_parser = ["push", "sms", "wechat", "email"])]
    pub channel: String,
    /// The provider's code of the template.
    #[arg(long, value_name = "CODE")]
    pub template: Option<String>,
    /// The signature, without its brackets, where it is not that of the file.
    #[arg(long, value_name = "NAME")]
    pub signature: Option<String>,
    /// A value of the template; may be given again.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    pub parameters: Vec<(String, String)>,
    /// The text, for providers that take texts.
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
    /// The subject, of mail.
    #[arg(long, value_name = "TEXT")]
    pub subject: Option<String>,
    /// The language of what is said.
    #[command(flatten)]
    pub lang: LangArg,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text} is not NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}
