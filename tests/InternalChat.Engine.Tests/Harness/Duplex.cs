using System.IO.Pipelines;

namespace InternalChat.Engine.Tests.Harness;

internal sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
