//! How customers are reached: phones, WeChat ids and e-mail addresses, in one form each, masked for people and sealed where
//! they lie.
//!
//! Always holds: a value of these types is well-formed; neither `Debug` nor an error ever shows one whole, and there is no
//! `Display`. Whoever sends takes it out by name (`e164`, `as_str`). Keys, nonces and files come from the caller: this crate
//! knows no chance and no disk.

mod email;
mod keys;
mod openid;
mod phone;
mod seal;

pub use email::Email;
pub use keys::{KeyFileError, KeyId, Keys, MasterKey, NumberKey, is_private};
pub use openid::OpenId;
pub use phone::Phone;
pub use seal::{NONCE_BYTES, Owner, SealError, What};

/// Why a text is no contact. The texts of `code` are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It cannot be a number.
    #[error("a mobile number of mainland China, or any other with + and its country's code")]
    Phone,
    /// It has too few or too many digits for its country, or is no mobile number where that can be told.
    #[error("the country of this number has no such mobile numbers")]
    PhoneOfCountry,
    /// It looks like a number of another country, which is not named.
    #[error("a number outside mainland China begins with + and its country's code")]
    PhoneCountryMissing,
    /// It is no id of WeChat's.
    #[error("a WeChat openid is 16 to 64 letters, digits, - and _")]
    OpenId,
    /// It is no address.
    #[error("an e-mail address such as name@example.com, in ASCII")]
    Email,
}

impl Invalid {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Phone => "phone_invalid",
            Self::PhoneOfCountry => "phone_not_of_country",
            Self::PhoneCountryMissing => "phone_country_missing",
            Self::OpenId => "openid_invalid",
            Self::Email => "email_invalid",
        }
    }
    /// What it means, in Chinese; `Display` says it in English.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Phone => "请填写中国大陆手机号，或以 + 加国家代码开头的号码",
            Self::PhoneOfCountry => "该国家或地区没有这样的手机号",
            Self::PhoneCountryMissing => "中国大陆以外的号码须以 + 加国家代码开头",
            Self::OpenId => "微信 openid 为16至64位字母、数字、- 或 _",
            Self::Email => "请填写邮箱地址，例如 name@example.com",
        }
    }
}
