using System.Text;
using InternalChat.Protocol.Versions;
using Xunit;

namespace InternalChat.Protocol.Tests;

public sealed class WireErrorsTests
{
    /// <summary>The contract's list, in its order.</summary>
    public static TheoryData<ErrorCode, string> Contract => new()
    {
        { ErrorCode.BadRequest, "BAD_REQUEST" },
        { ErrorCode.BadVersion, "BAD_VERSION" },
        { ErrorCode.NotAuthenticated, "NOT_AUTHENTICATED" },
        { ErrorCode.AlreadyAuthenticated, "ALREADY_AUTHENTICATED" },
        { ErrorCode.InvalidUsername, "INVALID_USERNAME" },
        { ErrorCode.WeakPassword, "WEAK_PASSWORD" },
        { ErrorCode.AuthFailed, "AUTH_FAILED" },
        { ErrorCode.AlreadyConnected, "ALREADY_CONNECTED" },
        { ErrorCode.InvalidTarget, "INVALID_TARGET" },
        { ErrorCode.UnknownTarget, "UNKNOWN_TARGET" },
        { ErrorCode.Blocked, "BLOCKED" },
        { ErrorCode.MailboxFull, "MAILBOX_FULL" },
        { ErrorCode.MessageTooLong, "MESSAGE_TOO_LONG" },
        { ErrorCode.RateLimit, "RATE_LIMIT" },
        { ErrorCode.UnknownMessage, "UNKNOWN_MESSAGE" },
        { ErrorCode.Forbidden, "FORBIDDEN" },
        { ErrorCode.Storage, "STORAGE" },
        { ErrorCode.Timeout, "TIMEOUT" },
        { ErrorCode.ServerFull, "SERVER_FULL" },
        { ErrorCode.Busy, "BUSY" },
        { ErrorCode.AuthThrottled, "AUTH_THROTTLED" },
        { ErrorCode.RegistrationClosed, "REGISTRATION_CLOSED" },
        { ErrorCode.Suspended, "SUSPENDED" },
        { ErrorCode.SlowConsumer, "SLOW_CONSUMER" },
    };

    [Theory]
    [MemberData(nameof(Contract))]
    public void Each_code_is_the_contracts_word_there_and_back(ErrorCode code, string word)
    {
        Assert.Equal(word, Encoding.ASCII.GetString(WireErrors.Code(code)));
        Assert.Equal(word, WireFormat.Word(code));
        Assert.Equal(code, WireErrors.Parse(Encoding.ASCII.GetBytes(word)));
    }

    [Fact]
    public void Every_code_but_the_unknown_is_in_the_contract() =>
        Assert.Equal(Enum.GetValues<ErrorCode>().Except([ErrorCode.Unknown]), Contract.Select(row => row.Data.Item1));

    [Fact]
    public void Each_reason_is_a_short_printable_sentence_of_its_own()
    {
        string[] reasons = [.. Enum.GetValues<ErrorCode>().Select(code => Encoding.UTF8.GetString(WireErrors.Reason(code)))];

        Assert.All(reasons, reason => Assert.Matches("^[ -~]{8,80}$", reason));
        Assert.Equal(reasons.Length, reasons.Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("bad_request")]
    [InlineData("BAD_REQUEST ")]
    [InlineData("BAD")]
    [InlineData("OF_A_LATER_VERSION")]
    [InlineData("UNKNOWN")]
    public void A_word_that_is_no_code_is_the_unknown_one(string word) =>
        Assert.Equal(ErrorCode.Unknown, WireErrors.Parse(Encoding.ASCII.GetBytes(word)));
}
