using System.Diagnostics;

namespace Chokepoint.Messaging.Tests.Support;

internal static class Until
{
    /// <summary>Polls until <paramref name="read"/> gives what is expected; fails with what it gave last.</summary>
    public static async Task Is<T>(T expected, Func<Task<T>> read, TimeSpan? within = null)
    {
        var deadline = within ?? TimeSpan.FromSeconds(20);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var actual = await read();
            if (EqualityComparer<T>.Default.Equals(actual, expected)) return;
            if (clock.Elapsed > deadline)
            {
                actual.ShouldBe(expected, $"not within {deadline}");
                return;
            }

            await Task.Delay(20);
        }
    }
}
