using System.Diagnostics;
using Chokepoint.Testing.Servers;

// Runs a command with one pair of servers in its environment, for all the test assemblies that it starts: Testing.dll <command> …
#if SERVERS_CONTAINERS
await using var servers = new ContainerServers();
#else
await using var servers = new NativeServers();
#endif
using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(
    System.Runtime.InteropServices.PosixSignal.SIGINT, signal => signal.Cancel = true); // the command ends by it, then we do
await servers.StartAsync(CancellationToken.None);

var command = new ProcessStartInfo(args[0], args.Skip(1)) { UseShellExecute = false };
command.Environment[SharedServers.PostgresVariable] = servers.PostgresConnectionString;
command.Environment[SharedServers.BrokerVariable] = servers.BrokerUri;
command.Environment[SharedServers.ManagementVariable] = servers.BrokerManagement.ToString();
using var process = Process.Start(command)!;
await process.WaitForExitAsync();
return process.ExitCode;
