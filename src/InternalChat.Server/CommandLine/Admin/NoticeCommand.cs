using System.CommandLine;
using InternalChat.Engine.Administration;
using InternalChat.Server.Administration.Contract;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary><c>admin notice "text"</c>.</summary>
internal static class NoticeCommand
{
    public static Command Create(AdminServer server)
    {
        var text = new Argument<string>("TEXT") { Description = NoticeText.Rule };
        text.Validators.Add(static result =>
        {
            if (!NoticeText.TryParse(result.GetValueOrDefault<string>(), out _))
                result.AddError(NoticeText.Rule);
        });
        var command = new Command("notice", "Say something to everybody who is online") { text };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            AdminRequest.Post(
                "v1/notice", AdminRequest.Json(new NoticeRequest(parsed.GetValue(text)), AdministrationJson.Default.NoticeRequest)),
            AdministrationJson.Default.NoticeReply,
            static reply => $"{reply.Told} users were told",
            cancellation));
        return command;
    }
}
