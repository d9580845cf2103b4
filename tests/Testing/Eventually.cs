using System.Diagnostics;
using Xunit.Sdk;

namespace Chokepoint.Testing;

/// <summary>Polls for a condition until a deadline, instead of sleeping and hoping.</summary>
public static class Eventually
{
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns the first answer that meets the condition; fails with the last answer when none does in time.</summary>
    public static async Task<T> BecomesAsync<T>(Func<Task<T>> read, Func<T, bool> condition, TimeSpan? within = null)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await read();
            if (condition(answer)) return answer;
            if (Stopwatch.GetElapsedTime(since) > (within ?? Default))
            {
                throw new XunitException($"Not within {within ?? Default}; last seen: {answer}");
            }
            await Task.Delay(Interval);
        }
    }

    public static Task IsTrueAsync(Func<Task<bool>> condition, TimeSpan? within = null) => BecomesAsync(condition, met => met, within);

    public static Task IsTrueAsync(Func<bool> condition, TimeSpan? within = null) =>
        IsTrueAsync(() => Task.FromResult(condition()), within);

    /// <summary>Tries again while the action throws; fails with its last exception.</summary>
    public static async Task SucceedsAsync(Func<Task> action, TimeSpan? within = null)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await action();
                return;
            }
            catch (Exception) when (Stopwatch.GetElapsedTime(since) < (within ?? Default))
            {
                await Task.Delay(Interval);
            }
        }
    }
}
