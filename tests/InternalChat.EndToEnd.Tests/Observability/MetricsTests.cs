using System.Net;
using System.Net.Sockets;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Observability;

public sealed class MetricsTests : EndToEndTest
{
    [Fact]
    public async Task A_conversation_shows_in_the_metrics()
    {
        var (server, watcher) = await ObservedServerAsync();
        await (await LoginAsync(server, "carol")).LeaveAsync();
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        for (var number = 0; number < 3; number++)
        {
            await alice.TellAsync("bob", $"message {number}");
            await bob.ReadFromAsync("alice");
        }

        await alice.QueueAsync("carol", "for later");
        await alice.ExpectErrorAsync("MSG nobody lost", "UNKNOWN_TARGET");
        await alice.ExpectErrorAsync("READ 1", "FORBIDDEN");
        await bob.ExpectAsync("READ 1", "OK read 1");
        var stranger = await ConnectAsync(server);
        await stranger.ExpectErrorAsync("AUTH alice a-wrong-password", "AUTH_FAILED");

        // The end of carol's connection is counted after she has seen it.
        await watcher.UntilAsync("""internalchat_connection_closed_total{reason="quit"}""", 1);
        await watcher.UntilAsync("internalchat_connections", 3);
        var metrics = await watcher.MetricsAsync();
        Assert.Equal(3, metrics["""internalchat_messages_total{outcome="delivered"}"""]);
        Assert.Equal(1, metrics["""internalchat_messages_total{outcome="queued"}"""]);
        Assert.Equal(1, metrics["""internalchat_messages_total{error_type="UNKNOWN_TARGET",outcome="refused"}"""]);
        Assert.Equal(0, metrics["""internalchat_messages_total{error_type="STORAGE",outcome="refused"}"""]);
        Assert.Equal(1, metrics["internalchat_message_read_total"]);
        Assert.Equal(1, metrics["""internalchat_errors_total{error_type="UNKNOWN_TARGET"}"""]);
        Assert.Equal(1, metrics["""internalchat_errors_total{error_type="FORBIDDEN"}"""]);
        Assert.Equal(1, metrics["""internalchat_errors_total{error_type="AUTH_FAILED"}"""]);
        Assert.Equal(3, metrics["""internalchat_logins_total{outcome="registered"}"""]);
        Assert.Equal(1, metrics["""internalchat_logins_total{error_type="AUTH_FAILED",outcome="refused"}"""]);
        Assert.Equal(4, metrics["internalchat_login_hash_duration_seconds_count"]);
        Assert.Equal(2, metrics["""internalchat_sessions{state="live"}"""]);
        Assert.Equal(4, metrics["internalchat_storage_log_position"]);
        Assert.InRange(metrics["internalchat_storage_commit_duration_seconds_count"], 8, 100);
        Assert.InRange(metrics["internalchat_writer_batch_size_sum"], 9, 100);
        Assert.InRange(metrics["internalchat_storage_database_size_bytes"], 4_096, 1 << 30);
        Assert.Equal(1, metrics["internalchat_ready"]);

        var carol = await LoginAsync(server, "carol");
        await carol.ReadFromAsync("alice");
        await watcher.UntilAsync("internalchat_message_caught_up_total", 1);
        await watcher.UntilAsync("""internalchat_logins_total{outcome="authenticated"}""", 1);
    }

    [Fact]
    public async Task The_process_shows_what_it_takes()
    {
        var (server, watcher) = await ObservedServerAsync();
        await LoginAsync(server, "alice");
        var metrics = await watcher.MetricsAsync();
        var resident = server.MemoryBytes("VmRSS");
        Assert.InRange(metrics["dotnet_process_memory_working_set_bytes"], resident / 2, resident * 2);
        Assert.InRange(metrics["""dotnet_process_cpu_time_seconds_total{cpu_mode="user"}"""], 0.001, 600);
        Assert.InRange(metrics["process_thread_count"], 3, 1_000);
        Assert.InRange(metrics["process_unix_file_descriptor_count"], 10, metrics["process_unix_file_descriptor_limit"]);
        Assert.InRange(metrics["process_uptime_seconds"], 0.001, 600);
    }

    [Fact]
    public async Task The_days_that_a_certificate_has_left_are_shown()
    {
        var certificate = SelfSignedCertificate.Create(NewFolder().Path);
        var (_, watcher) = await ObservedServerAsync("--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile);
        var left = TimeSpan.FromSeconds((await watcher.MetricsAsync())["internalchat_tls_certificate_remaining_seconds"]);
        Assert.InRange(left, TimeSpan.FromDays(29), TimeSpan.FromDays(30));
    }

    [Fact]
    public async Task No_name_and_no_address_is_in_the_metrics()
    {
        var (server, watcher) = await ObservedServerAsync();
        var (alice, bob) = (await LoginAsync(server, "alice-with-a-name"), await LoginAsync(server, "bob-with-a-name"));
        await alice.TellAsync("bob-with-a-name", "with-a-body");
        await bob.ReadFromAsync("alice-with-a-name");
        using var response = await watcher.GetAsync("/metrics");
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("with-a", text, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_asks_for_OpenMetrics_gets_it_and_others_the_text_format()
    {
        var (_, watcher) = await ObservedServerAsync();
        using var plain = await watcher.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", plain.Content.Headers.ContentType?.ToString());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Accept.ParseAdd("application/openmetrics-text;version=1.0.0");
        using var open = await watcher.SendAsync(request);
        Assert.Equal("application/openmetrics-text", open.Content.Headers.ContentType?.MediaType);
        Assert.EndsWith("# EOF\n", await open.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_reading_is_allowed_and_only_what_there_is()
    {
        var (_, watcher) = await ObservedServerAsync();
        using var post = await watcher.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/metrics"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        foreach (var path in new[] { "/", "/metrics/more", "/healthz" })
        {
            using var other = await watcher.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        }
    }

    [Fact]
    public async Task The_port_of_the_chat_serves_no_metrics_and_that_of_the_metrics_no_chat()
    {
        var (server, watcher) = await ObservedServerAsync();
        var browser = await ConnectAsync(server);
        await browser.SendAsync("GET /metrics HTTP/1.1");
        await browser.ExpectErrorAsync("BAD_REQUEST");
        await browser.ExpectClosedAsync();

        using var chatter = new TcpClient();
        await chatter.ConnectAsync(IPAddress.Loopback, watcher.Address.Port, TestContext.Current.CancellationToken);
        await chatter.GetStream().WriteAsync("HELLO 1\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var answer = new StreamReader(chatter.GetStream());
        Assert.Equal("HTTP/1.1 400 Bad Request", await answer.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nothing_is_served_by_default()
    {
        var server = await StartServerAsync();
        Assert.Equal(0, await server.TerminateAsync());
        Assert.DoesNotContain("http://", server.Output.Whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_for_everybody_are_warned_of()
    {
        var server = await StartServerAsync("--http", "*:0");
        await server.Output.LineAsync("there is no login");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("9090")]
    [InlineData("::1:9090")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("localhost:http")]
    public async Task What_is_no_address_is_one_line_and_wrong_usage(string value)
    {
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["--http", value]);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(
            $"--http: '{value}' is not off or an address with its port, such as 127.0.0.1:9090 or [::1]:9090\n", run.StandardError);
    }

    [Fact]
    public async Task An_address_in_use_is_one_line_and_a_failure()
    {
        var (_, watcher) = await ObservedServerAsync();
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["--port", "0", "--http", $"127.0.0.1:{watcher.Address.Port}"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{watcher.Address.Port}", Assert.Single(run.StandardError.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    private async Task<(ServerProcess Server, Watcher Watcher)> ObservedServerAsync(params string[] flags)
    {
        var server = await StartServerAsync([.. Watcher.Flags, .. flags]);
        return (server, Own(await Watcher.OfAsync(server)));
    }
}
