using InternalChat.Flood.Scenarios.Message;

namespace InternalChat.Flood.Scenarios.Slow;

/// <summary>What <see cref="SlowScenario"/> is to do.</summary>
/// <param name="Flood">What is sent to those who do not read: its pairs are as many as they are.</param>
/// <param name="MustHoldBack">Whether the server must have held something back: else nobody was slow.</param>
/// <param name="SideChat">Other users who chat meanwhile; null for none.</param>
internal sealed record SlowOptions(MessageOptions Flood, bool MustHoldBack, MessageOptions? SideChat);
