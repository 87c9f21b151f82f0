//! The language in which a command speaks.

use clap::Args;
use domain::Lang;

/// The language in which a command speaks.
#[derive(Debug, Clone, Copy, Args)]
pub struct LangArg {
    /// zh or en: what is said, and the headings of lists [default: that of `LC_ALL`, `LC_MESSAGES` or LANG, else en].
    #[arg(long, value_name = "LANG", value_parser = language)]
    lang: Option<Lang>,
}

fn language(text: &str) -> Result<Lang, String> {
    Lang::find(text).ok_or_else(|| format!("{text} is neither zh nor en"))
}

impl LangArg {
    /// As it was asked for; else as the environment says, as other programs go by it.
    pub fn chosen(self) -> Lang {
        let said = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let of_environment = || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(said);
        self.lang.or_else(|| Lang::find(&of_environment()?)).unwrap_or_default()
    }
}
