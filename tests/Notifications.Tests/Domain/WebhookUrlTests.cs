using System.Net;
using Chokepoint.Notifications.Domain;

namespace Chokepoint.Notifications.Tests.Domain;

public sealed class WebhookUrlTests
{
    private static readonly AddressPolicy Default = new(allowLoopback: false, []);
    private static readonly AddressPolicy Local = new(allowLoopback: true, []);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("hooks")]
    [InlineData("/hooks")]
    [InlineData("ftp://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://")]
    [InlineData("https://user:pass@example.com/")]
    [InlineData("https://user@example.com/")]
    [InlineData("https://example.com/#top")]
    [InlineData("http://example.com/hook")] // plain
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://127.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://0/")]
    [InlineData("https://127.0.0.1./")]
    [InlineData("https://10.0.0.8:8443/hook")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:169.254.169.254]/")]
    [InlineData("https://[fe80::1%25eth0]/")]
    [InlineData("https://[fd00::1]/")]
    [InlineData("https://[2002:7f00:1::]/")]
    [InlineData("https://localhost/")]
    [InlineData("https://LOCALHOST./")]
    [InlineData("https://app.localhost:3000/")]
    public void It_is_refused_by_default(string? url) => WebhookUrl.Refuse(url, Default, allowPlainHttp: false).ShouldNotBeNull();

    [Theory]
    [InlineData("https://example.com/hook?team=a")]
    [InlineData("https://example.com:8443/hook")]
    [InlineData("https://bücher.example/hook")]
    [InlineData("https://8.8.8.8/hook")]
    [InlineData("https://[2606:4700:4700::1111]/hook")]
    public void It_is_accepted_by_default(string url) => WebhookUrl.Refuse(url, Default, allowPlainHttp: false).ShouldBeNull();

    [Theory]
    [InlineData("http://127.0.0.1:5000/hook", true)]
    [InlineData("http://localhost:5000/hook", true)]
    [InlineData("http://[::1]:5000/hook", true)]
    [InlineData("http://receiver.internal/hook", true)] // may resolve to loopback: judged when it connects
    [InlineData("http://10.0.0.1/hook", false)]
    [InlineData("http://169.254.169.254/", false)]
    [InlineData("http://8.8.8.8/hook", false)]
    public void A_local_run_allows_loopback_and_plain_http_to_it(string url, bool accepted) =>
        (WebhookUrl.Refuse(url, Local, allowPlainHttp: false) is null).ShouldBe(accepted);

    [Fact]
    public void Plain_http_goes_where_the_operator_opened_a_network()
    {
        var policy = new AddressPolicy(allowLoopback: false, [IPNetwork.Parse("10.1.0.0/16")]);
        WebhookUrl.Refuse("http://10.1.0.5/hook", policy, allowPlainHttp: false).ShouldBeNull();
        WebhookUrl.Refuse("http://10.2.0.5/hook", policy, allowPlainHttp: true).ShouldNotBeNull();
        WebhookUrl.Refuse("http://example.com/hook", Default, allowPlainHttp: true).ShouldBeNull();
    }

    [Fact]
    public void A_url_has_a_longest_length()
    {
        var url = "https://example.com/" + new string('a', WebhookUrl.LongestUrl);
        WebhookUrl.Refuse(url, Default, allowPlainHttp: false).ShouldNotBeNull();
    }
}
