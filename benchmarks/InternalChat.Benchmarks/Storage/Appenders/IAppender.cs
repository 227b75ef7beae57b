namespace InternalChat.Benchmarks.Storage.Appenders;

/// <summary>One way to append. A call is one transaction, on the disk when it returns.</summary>
internal interface IAppender : IDisposable
{
    void Append(AppendedRow[] batch);
}
