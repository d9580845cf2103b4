using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Writes with an <c>Idempotency-Key</c>: each holds a connection while its endpoint takes another, so few run at a time, lest together
/// they hold the whole pool and wait for each other. Kept answers are forgotten once a day old.
/// </summary>
internal sealed class KeyedWrites(NpgsqlDataSource source, DatabaseReadiness readiness, TimeProvider time, ILogger<KeyedWrites> logger) : BackgroundService
{
    private const int AtATime = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _turns = new(AtATime);

    public NpgsqlDataSource Source => source;

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        return new Turn(_turns);
    }

    public override void Dispose()
    {
        _turns.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Answers.ForgetOldAsync(source, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("Old answers were not forgotten this time: {Reason}", fault.Message);
            }
            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
