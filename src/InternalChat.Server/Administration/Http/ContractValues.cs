using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace InternalChat.Server.Administration.Http;

/// <summary>How states and times are written for operators, in JSON and in tables.</summary>
internal static class ContractValues
{
    /// <summary>A state's name in snake case.</summary>
    public static string Word<TState>(TState state)
        where TState : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    /// <summary>
    /// A moment, in UTC. The original server did not check what it stored: a time beyond the calendar becomes the end that is nearest.
    /// </summary>
    public static DateTime Time(long unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(
        unixSeconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds())).UtcDateTime;
}

/// <summary>Writes a state as <see cref="ContractValues.Word"/> does.</summary>
internal sealed class StateConverter<TState>() : JsonStringEnumConverter<TState>(JsonNamingPolicy.SnakeCaseLower)
    where TState : struct, Enum;

/// <summary>Writes a moment in UTC, with a Z behind it.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime);
}

/// <summary>Writes an IP address as text.</summary>
internal sealed class AddressConverter : JsonConverter<IPAddress>
{
    public override IPAddress? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } text ? IPAddress.Parse(text) : null;

    public override void Write(Utf8JsonWriter writer, IPAddress value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
