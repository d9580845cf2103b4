using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// The keys that are live: <c>Keys:Ops</c> (in clear, hashed at once, every scope) and those of the file <c>Keys:File</c>, which is read
/// again when it changes, so that a rotation needs no restart. A changed file that is wrong is refused and the keys stay as they were.
/// </summary>
internal sealed class ApiKeys
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(2);

    private readonly string? _path;
    private readonly ApiKey[] _fixed;
    private readonly TimeProvider _time;
    private readonly ILogger<ApiKeys> _logger;
    private readonly Lock _reading = new();
    private volatile ApiKey[] _keys;
    private DateTime _written;
    private long _lookedAt;

    /// <exception cref="InvalidDataException">The file is wrong: one sentence that says where.</exception>
    public ApiKeys(IConfiguration configuration, TimeProvider time, ILogger<ApiKeys> logger)
    {
        (_time, _logger) = (time, logger);
        _path = configuration["Keys:File"] is { Length: > 0 } path ? path : null;
        _fixed = configuration["Keys:Ops"] is { Length: > 0 } ops
            ? [new ApiKey("ops", ApiKey.Hash(ops), Scopes.Implied([Scopes.Ops]))]
            : [];
        _keys = _path is null ? _fixed : Load(_path);
        _lookedAt = time.GetTimestamp();
        if (_keys.Length is 0)
            logger.LogWarning("No key is configured, so that every request is answered 401: set Keys__Ops or Keys__File");
    }

    /// <summary>The live key with this text, or null. Compares with every key, so that the time taken tells nothing about any.</summary>
    public ApiKey? Find(string presented)
    {
        Refresh();
        Span<byte> hash = ApiKey.Hash(presented);
        ApiKey? found = null;
        foreach (var key in _keys)
        {
            if (key.Matches(hash))
                found = key;
        }
        return found;
    }

    private ApiKey[] Load(string path)
    {
        _written = File.GetLastWriteTimeUtc(path);
        return [.. _fixed, .. ApiKeyFile.Read(path)];
    }

    private void Refresh()
    {
        if (_path is null || _time.GetElapsedTime(Interlocked.Read(ref _lookedAt)) < LookAgainAfter)
            return;
        lock (_reading)
        {
            Interlocked.Exchange(ref _lookedAt, _time.GetTimestamp());
            if (File.GetLastWriteTimeUtc(_path) == _written)
                return;
            try
            {
                _keys = Load(_path);
                _logger.LogInformation("The keys were read again: {Count} are live", _keys.Length);
            }
            catch (InvalidDataException fault)
            {
                _logger.LogError("{Reason} The keys stay as they were", fault.Message);
            }
        }
    }
}
