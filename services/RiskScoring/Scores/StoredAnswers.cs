using Microsoft.Extensions.Caching.Memory;

namespace Chokepoint.RiskScoring.Scores;

/// <summary>
/// Answers in the bytes that go out, each under the version that the database has at the moment of asking: what is kept saves reading and
/// writing, never looking whether it is still so.
/// </summary>
internal sealed class StoredAnswers : IDisposable
{
    private const long MostBytes = 48 * 1024 * 1024;
    private static readonly TimeSpan Unasked = TimeSpan.FromMinutes(10);
    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = MostBytes });

    public byte[]? Of(string request, string version) =>
        kept.TryGetValue(request, out (string Version, byte[] Body) known) && known.Version == version ? known.Body : null;

    public byte[] Keep(string request, string version, byte[] body)
    {
        kept.Set(request, (version, body), new MemoryCacheEntryOptions { Size = body.Length, SlidingExpiration = Unasked });
        return body;
    }

    public void Dispose() => kept.Dispose();
}
