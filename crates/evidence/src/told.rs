//! What a comparison says, as a sentence for the merchant.

use crate::{
    counts::Plan,
    enough::EITHER_WAY,
    verdict::{Evidence, Reason, Verdict},
};

impl Evidence {
    /// The sentence in English. `reached` says who is counted: `customers who paid`.
    pub fn told_en(&self, plan: &Plan, reached: &str) -> String {
        let [low, high] = self.interval_bp;
        let seen = points(self.difference_bp.unwrap_or_default().abs());
        let Some(reason) = self.reason else {
            return match self.verdict {
                Verdict::Better => format!(
                    "With the campaign the share of {reached} is higher by {seen} points, between {} and {}.",
                    points(low),
                    points(high)
                ),
                Verdict::Worse => format!(
                    "With the campaign the share of {reached} is lower by {seen} points, between {} and {}.",
                    points(-high),
                    points(-low)
                ),
                Verdict::NoDifferenceSeen | Verdict::NoneYet => format!(
                    "No difference is seen: with the campaign the share of {reached} is at most {} points lower and at \
                     most {} higher.",
                    points(-low),
                    points(high)
                ),
            };
        };
        match reason {
            Reason::SplitOff if !self.adds_up => {
                "No verdict: more customers reached it than there are. These figures are wrong; run the audit.".into()
            }
            Reason::SplitOff => format!(
                "No verdict: {} % of the customers are in the comparison group, {} % were to be. Find out why before you \
                 trust these figures.",
                points(self.holdout_share_bp.unwrap_or_default()),
                points(whole(plan.holdout_bp()))
            ),
            Reason::TooFew => format!(
                "No verdict yet: in each group at least {EITHER_WAY} customers of either outcome are needed."
            ),
            Reason::TooWide => format!(
                "No verdict yet: the difference lies between {} and {} points. About {} more customers until it is known \
                 to ±{} points.",
                points(low),
                points(high),
                self.orders_needed,
                points(whole(plan.target_bp()))
            ),
        }
    }

    /// The sentence in Chinese. `reached` is the rate's name: `支付率`.
    pub fn told_zh(&self, plan: &Plan, reached: &str) -> String {
        let [low, high] = self.interval_bp;
        let seen = points(self.difference_bp.unwrap_or_default().abs());
        let Some(reason) = self.reason else {
            return match self.verdict {
                Verdict::Better => {
                    format!("活动组的{reached}高{seen}个百分点，区间为{}到{}。", points(low), points(high))
                }
                Verdict::Worse => {
                    format!("活动组的{reached}低{seen}个百分点，区间为{}到{}。", points(-high), points(-low))
                }
                Verdict::NoDifferenceSeen | Verdict::NoneYet => format!(
                    "未见差异：活动组的{reached}最多低{}个百分点，最多高{}个百分点。",
                    points(-low),
                    points(high)
                ),
            };
        };
        match reason {
            Reason::SplitOff if !self.adds_up => {
                "不下结论：达成的顾客多于顾客总数，数据有误，请运行审计。".into()
            }
            Reason::SplitOff => format!(
                "不下结论：对照组占顾客的{}%，应为{}%。请先查明原因，再看这些数据。",
                points(self.holdout_share_bp.unwrap_or_default()),
                points(whole(plan.holdout_bp()))
            ),
            Reason::TooFew => {
                format!("暂无结论：每组达成与未达成的顾客各需至少{EITHER_WAY}位。")
            }
            Reason::TooWide => format!(
                "暂无结论：差异在{}到{}个百分点之间。约再有{}位顾客，可精确到±{}个百分点。",
                points(low),
                points(high),
                self.orders_needed,
                points(whole(plan.target_bp()))
            ),
        }
    }
}

fn whole(bp: u32) -> i32 {
    i32::try_from(bp).unwrap_or(i32::MAX)
}

/// Basis points as points: `5.1`, `-0.03`, `10`.
fn points(bp: i32) -> String {
    let sign = if bp < 0 { "-" } else { "" };
    let bp = bp.unsigned_abs();
    let text = format!("{sign}{}.{:02}", bp / 100, bp % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn points_are_written_without_what_they_do_not_need() {
        let all = [(0, "0"), (3, "0.03"), (-3, "-0.03"), (510, "5.1"), (-1000, "-10"), (10_000, "100")];
        for (bp, text) in all {
            assert_eq!(points(bp), text);
        }
    }
}
