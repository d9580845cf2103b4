using System.Net;
using System.Text.Json;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.Notifications.Domain;
using Chokepoint.Testing.Servers;
using Chokepoint.Testing.Webhooks;

namespace Chokepoint.Notifications.Tests.Dispatch;

/// <summary>Real sockets: what may not be called is refused when the connection is made, whatever was thought of the URL before.</summary>
public sealed class ForbiddenAddressTests(ServersFixture servers)
{
    [Fact]
    public async Task A_name_that_resolves_to_a_forbidden_address_is_refused_at_connect_time_and_recorded()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var byName = new UriBuilder(receiver.Url) { Host = "localhost" }.Uri;
        CreatedSubscription subscription;
        await using var lenient = await NotificationsHost.StartAsync(servers, ("RetryDelays:0", "00:00:00"));
        subscription = await lenient.SubscribeAsync(byName);
        await lenient.StopAsync();

        // The operator has closed loopback since: the name stands in the database, its address is refused.
        await using var strict = await lenient.RestartAsync(("AllowLoopback", "false"));
        await strict.PublishAsync(Some.Score());
        var delivery = await strict.DeliveryBecomesAsync(subscription.Id, "failed");
        var attempt = delivery.GetProperty("attempts")[0];
        attempt.GetProperty("error").GetString().ShouldBe("address-forbidden");
        attempt.GetProperty("statusCode").ValueKind.ShouldBe(JsonValueKind.Null);
        receiver.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("https://localhost", AttemptError.AddressForbidden)]
    [InlineData("https://127.0.0.1", AttemptError.AddressForbidden)]
    [InlineData("https://[::1]", AttemptError.AddressForbidden)]
    [InlineData("https://[::ffff:127.0.0.1]", AttemptError.AddressForbidden)]
    [InlineData("https://169.254.169.254", AttemptError.AddressForbidden)]
    [InlineData("https://10.255.255.1", AttemptError.AddressForbidden)]
    [InlineData("http://1.1.1.1", AttemptError.PlainHttpForbidden)]
    public async Task No_socket_is_opened_to(string origin, string error)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var client = Client(new AddressPolicy(allowLoopback: false, []), allowPlainHttp: false);
        var url = new UriBuilder(origin) { Port = receiver.Url.Port }.Uri;
        var thrown = await Should.ThrowAsync<HttpRequestException>(() => PostAsync(client, url));
        thrown.InnerException.ShouldBeOfType<ForbiddenAddressException>().Error.ShouldBe(error);
        receiver.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_network_the_operator_opens_is_called_by_plain_http()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var client = Client(new AddressPolicy(allowLoopback: false, [IPNetwork.Parse("127.0.0.0/8")]), allowPlainHttp: false);
        (await PostAsync(client, new UriBuilder(receiver.Url) { Host = "localhost" }.Uri)).ShouldBe(HttpStatusCode.OK);
        receiver.Received.ShouldHaveSingleItem();
    }

    private static HttpMessageInvoker Client(AddressPolicy policy, bool allowPlainHttp) => new(new SocketsHttpHandler
    {
        ConnectCallback = new GuardedConnection(policy, allowPlainHttp).ConnectAsync,
        UseProxy = false,
    });

    private static async Task<HttpStatusCode> PostAsync(HttpMessageInvoker client, Uri url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        using var response = await client.SendAsync(request, CancellationToken.None);
        return response.StatusCode;
    }
}
