using System.Collections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace InternalChat.Server.Network.Transport;

/// <summary>
/// A connection's features: what was set for a type, else the first object that was set at all where it is of the type (Kestrel sets
/// its own four times over), else the connection itself. Not thread-safe.
/// </summary>
internal sealed class ConnectionFeatures(ConnectionContext connection) : IFeatureCollection
{
    private object? _first;
    private List<KeyValuePair<Type, object>>? _others;

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get
        {
            if (_others is not null)
            {
                foreach (var (type, feature) in _others)
                {
                    if (type == key)
                        return feature;
                }
            }

            return key.IsInstanceOfType(_first) ? _first : key.IsInstanceOfType(connection) ? connection : null;
        }

        set
        {
            Revision++;
            _others?.RemoveAll(other => other.Key == key);
            _first ??= value;
            if (value is not null && !ReferenceEquals(value, _first))
                (_others ??= []).Add(new KeyValuePair<Type, object>(key, value));
        }
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    /// <summary>Those that were set for one type.</summary>
    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => (_others ?? []).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
