using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Protocol;
using Xunit;

namespace InternalChat.Flood.Tests;

public sealed class SoundnessJudgeTests
{
    [Fact]
    public void A_run_that_did_its_work_is_clean() => Assert.Empty(Judge(SampleReport.Clean));

    [Fact]
    public void A_count_that_must_be_zero_fails() =>
        Assert.Equal(["2 missing receipts"], Judge(SampleReport.With(new Check("missing_receipts", 2, CheckRule.MustBeZero))));

    [Fact]
    public void A_count_that_must_not_be_zero_fails() =>
        Assert.Equal(
            ["0 acknowledged: there have to be some"],
            Judge(SampleReport.With(new Check("acknowledged", 0, CheckRule.MustNotBeZero))));

    [Fact]
    public void A_count_for_information_fails_never() =>
        Assert.Empty(Judge(SampleReport.With(new Check("rejected", 7, CheckRule.Information))));

    [Theory]
    [InlineData(1_000, 10, 0, true)]
    [InlineData(1_000, 11, 0, false)]
    [InlineData(1_000, 0, 1, false)]
    [InlineData(0, 0, 0, true)]
    public void An_open_loop_has_to_keep_up(long due, long behind, long neverSent, bool isClean) =>
        Assert.Equal(isClean, !Judge(SampleReport.Clean with { Schedule = new ScheduleReport(due, behind, neverSent, 2, 1) }).Any());

    [Fact]
    public void A_stage_that_was_not_kept_up_is_named() => Assert.Equal(
        ["stage 2 (2000.5/s) could not be kept up: of 12,003 sends 7 were never sent, 900 fell behind"], Judge(SampleReport.Staged));

    [Fact]
    public void An_error_that_the_scenario_expects_fails_nothing_and_any_other_does()
    {
        var errors = new ErrorTally();
        errors.Expect(ErrorCode.RateLimit);
        errors.Reject(ErrorCode.RateLimit);
        Assert.Empty(Judge(SampleReport.Of(errors)));
        errors.Reject(ErrorCode.Blocked);
        errors.Add("the server closed a connection");
        Assert.Equal(["2 errors"], Judge(SampleReport.Of(errors)));
        Assert.Equal(["BLOCKED", "the server closed a connection"], SampleReport.Of(errors).Errors.Keys);
        Assert.Equal(["RATE_LIMIT"], SampleReport.Of(errors).ExpectedErrors.Keys);
        var totals = new CounterTotals();
        errors.AddTo(totals);
        Assert.Equal(3, totals[Counter.Errors]);
    }

    [Theory]
    [InlineData(ErrorCode.RateLimit, "--rate-limit off")]
    [InlineData(ErrorCode.MailboxFull, "--max-pending off")]
    public void Who_meets_a_limit_of_messages_is_told_how_to_lift_it(ErrorCode code, string remedy)
    {
        var errors = new ErrorTally();
        errors.Reject(code);
        Assert.EndsWith($"start it with {remedy}", Assert.Single(Judge(SampleReport.Of(errors))), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Judge(RunReport report) =>
        new SoundnessJudge().Judge(report).Select(static verdict => verdict.Sentence);
}
