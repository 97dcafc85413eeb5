//! What to order again, and how long the stock lasts (rule K8).

/// What was used over a while.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DailyUse {
    /// Units used on the days that count.
    pub used: i64,
    /// Days that count: up to 90, without those on which there was nothing to use.
    pub days: i64,
}

impl DailyUse {
    /// Units used in `days` days at this pace, rounded up.
    fn over(self, days: i64) -> i64 {
        if self.used <= 0 || self.days <= 0 {
            return 0;
        }
        let units = i128::from(self.used) * i128::from(days.max(0));
        let of = i128::from(self.days);
        i64::try_from((units + of - 1) / of).unwrap_or(i64::MAX)
    }
}

/// Units to order: what is used until the next delivery is here and used, less what is there and on its way, in whole
/// packs.
pub fn suggestion(usage: DailyUse, days: i64, there: i64, pack: i64) -> i64 {
    let missing = usage.over(days).saturating_sub(there).max(0);
    let pack = pack.max(1);
    missing.saturating_add(pack - 1) / pack * pack
}

/// Whole days until nothing usable is left; none where nothing is used.
pub fn days_left(usage: DailyUse, usable: i64) -> Option<i64> {
    if usage.used <= 0 || usage.days <= 0 {
        return None;
    }
    let days = i128::from(usable.max(0)) * i128::from(usage.days) / i128::from(usage.used);
    Some(i64::try_from(days).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k8_reorders_what_lead_and_cover_need_in_whole_packs() {
        // 900 in 90 days are 10 a day; 14 + 30 days need 440; 130 are there or coming.
        let usage = DailyUse { used: 900, days: 90 };
        assert_eq!(suggestion(usage, 44, 130, 100), 400);
        assert_eq!(suggestion(usage, 44, 130, 1), 310);
        assert_eq!(suggestion(usage, 44, 440, 100), 0);
        assert_eq!(suggestion(usage, 44, 10_000, 100), 0);
        assert_eq!(suggestion(DailyUse { used: 1, days: 90 }, 44, 0, 10), 10);
    }

    #[test]
    fn k8_leaves_out_days_without_stock() {
        // The same use on 45 of the 90 days is twice the pace.
        assert_eq!(suggestion(DailyUse { used: 900, days: 45 }, 44, 0, 1), 880);
    }

    #[test]
    fn nothing_used_asks_for_nothing_and_lasts_for_ever() {
        for usage in [DailyUse::default(), DailyUse { used: -5, days: 90 }, DailyUse { used: 5, days: 0 }] {
            assert_eq!(suggestion(usage, 44, 0, 10), 0);
            assert_eq!(days_left(usage, 10), None);
        }
        assert_eq!(days_left(DailyUse { used: 900, days: 90 }, 95), Some(9));
        assert_eq!(days_left(DailyUse { used: 900, days: 90 }, -1), Some(0));
    }
}
