using Chokepoint.Notifications.Dispatch;
using Chokepoint.Notifications.Domain;

namespace Chokepoint.Notifications.Tests.Domain;

public sealed class RetryScheduleTests
{
    private static readonly RetrySchedule Default = new DispatchSettings().Schedule;

    [Fact]
    public void By_default_there_are_ten_attempts_over_75_hours()
    {
        Default.Delays.Select(d => d.TotalSeconds).ShouldBe([0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]);
        Default.Delays.Aggregate(TimeSpan.Zero, (sum, d) => sum + d).ShouldBe(new TimeSpan(75, 35, 5));
    }

    [Fact]
    public void The_wait_is_the_next_delay_and_up_to_a_tenth_more()
    {
        Default.After(1, null, 0).ShouldBe(TimeSpan.FromSeconds(5));
        Default.After(1, null, 1).ShouldBe(TimeSpan.FromSeconds(5.5));
        Default.After(9, null, 0).ShouldBe(TimeSpan.FromHours(24));
        Default.After(10, null, 0).ShouldBeNull();
    }

    [Fact]
    public void What_a_receiver_asks_for_lengthens_the_wait_up_to_a_bound_and_never_shortens_it()
    {
        Default.After(1, TimeSpan.FromMinutes(1), 0).ShouldBe(TimeSpan.FromMinutes(1));
        Default.After(1, TimeSpan.FromSeconds(1), 0).ShouldBe(TimeSpan.FromSeconds(5));
        Default.After(1, TimeSpan.FromDays(9), 0).ShouldBe(TimeSpan.FromHours(6));
        Default.After(9, TimeSpan.FromDays(9), 0).ShouldBe(TimeSpan.FromHours(24));
    }
}
